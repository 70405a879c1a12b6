"""What a reply says behind a correction that is heard, written down or not: 七三一四，不对，七三一一. Pure.

The recogniser writes 部队, 五对 or nothing at all; of 70 recorded corrections it wrote 10 so that words tell,
the sounds tell 60. Of 640 other replies two seem to hold one, both 他不用了.
"""

from collections.abc import Sequence
from dataclasses import replace

from dialogue.answer.corrections import final_claim
from dialogue.answer.fold import bare, simplified
from dialogue.answer.spotting import Tolerance, best_path, spot, syllable_scores
from dialogue.hearing.phones import ends_syllable, phone_ids
from dialogue.hearing.port import Transcript

_SAID = ("啊不对", "哦不对", "不对", "哦不", "啊不")  # without 是, which would take the 十 from 哦不，十六号
_MARKS = tuple(phone_ids(words) for words in _SAID)  # longest first
_FIT, _WORST = -1.3, -3.0  # nats of a mark against the best of any sounds: per syllable, and of its worst one
_BEFORE, _AFTER = 2, 1  # syllables: 不对 alone is an answer


def corrected(transcript: Transcript, tolerance: Tolerance) -> Transcript:
    """What stands of it, sounds and words; all of it if nothing is taken back. Blocks some 5 ms.

    Words that are not known to be behind the correction are as many of the last as syllables were heard.
    """
    log_posteriors = transcript.phones
    if log_posteriors is None:
        return transcript
    path = best_path(log_posteriors)
    syllables = [first for phone, first, _ in path if ends_syllable(phone)]
    for mark, fit in zip(_MARKS, spot(_MARKS, log_posteriors, tolerance), strict=True):
        end = next((end for _, first, end in path if first < fit.end <= end), fit.end)  # of its last sound
        before, after = sum(at < fit.first for at in syllables), sum(at >= end for at in syllables)
        scores = syllable_scores(mark, log_posteriors, tolerance, fit)
        if before >= _BEFORE and after >= _AFTER and _is_said(scores):
            return replace(
                transcript,
                text=_words_behind(transcript.text, after),
                alternatives=(),
                phones=log_posteriors[end:],
            )
    return transcript


def _is_said(scores: Sequence[float]) -> bool:
    return bool(scores) and sum(scores) / len(scores) >= _FIT and min(scores) >= _WORST


def _words_behind(text: str, syllables: int) -> str:
    claim = final_claim(simplified(text))
    return claim.text if claim.retracted else bare(text)[-syllables:]
