"""What a search found, in words for the terminal."""

import math

from decision_hook.contract import VoiceResult


def odds(llr: float) -> str:
    """A log-likelihood ratio and what it means, without the prior that only staff know."""
    ratio = math.exp(abs(llr))
    times = f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"
    which = "one voice than two" if llr >= 0 else "two voices than one"
    return f"llr {llr:+.1f} ({times} times likelier {which})"


def in_words(result: VoiceResult) -> list[str]:
    """A line for each candidate or for none, what could have been found, and whether it was heard before."""
    if not result.searched:
        return [f"voice not searched: {result.why_not}"]
    lines = [
        f"{hit.entry}: score {hit.score:.2f}, {odds(hit.llr)}, {hit.expected_false_alarms:.3g} false "
        f"alarms expected per 1,000 calls, {hit.rivals} rivals"
        for hit in result.hits
    ]
    if not lines:
        lines.append(f"no candidate among {result.list_size} voices")
    if result.earlier_llr is not None:
        lines.append(
            f"against {result.earlier_calls} earlier calls of this number: {odds(result.earlier_llr)}"
        )
    if result.replay_of:
        lines.append(f"the audio of call {result.replay_of} was played again: listen to both")
    if result.voice_calls:
        lines.append(f"{result.voice_calls} other calls lately were held by a voice taken for this one")
    if result.found_of_100 is not None and result.found_of_100_interval is not None:
        low, high = result.found_of_100_interval
        lines.append(
            f"of 100 listed voices about {result.found_of_100:.0f} ({low:.0f} to {high:.0f}) would be found "
            f"with {_speech(result)} ({result.found_of_100_from})"
        )
    return lines


def _speech(result: VoiceResult) -> str:
    speech = f"{result.net_speech_s:.0f} s of speech"
    return f"{speech} and that of {result.pooled_calls} earlier calls" if result.pooled_calls else speech
