"""What kind of reply is it: an answer, a refusal, a request, an announcement …"""

from dialogue.answer.intent.intent import Intent, IntentGuess

__all__ = ["Intent", "IntentGuess"]
