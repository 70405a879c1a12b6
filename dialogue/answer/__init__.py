"""Transcript and audio to AnswerEvidence."""
