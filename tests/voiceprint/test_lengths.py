"""Recordings of one length."""

import numpy as np

from voiceprint.lengths import of_length


def test_files_are_cut_and_short_ones_joined_but_never_of_two_speakers() -> None:
    speakers = np.array([0, 0, 0, 1, 1, 1])
    speech = [np.full(length, number, np.int16) for number, length in enumerate((30, 50, 90, 40, 40, 100))]
    found = [
        (recording.speaker, recording.file, np.unique(recording.speech).tolist(), len(recording.speech))
        for recording in of_length(speakers, speech, 100)
    ]
    assert found == [(0, 1, [0, 1], 80), (0, 2, [2], 90), (1, 4, [3, 4], 80), (1, 5, [5], 100)]
    assert [r.changed for r in of_length(speakers, speech, 100)] == [True, False, True, False]
    assert [len(r.speech) for r in of_length(speakers, speech, 20)] == [20] * 6
