"""Mandarin text to the phonemes Kokoro was trained on; a lexicon corrects the dictionary."""

import logging
import re
import threading
import warnings
from typing import Any

from dialogue.speaking.lexicon import Lexicon, load_lexicon
from dialogue.speaking.spoken_form import spoken_form

_LOOSE_MARK = re.compile(r" ([,.!?:;)”…])")
_CHINESE_OR_OTHER = re.compile(r"[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+")


class Phonemizer:
    """Loads its dictionary (0.7 s) when first used; safe to share between threads."""

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon
        self._lock = threading.Lock()
        self._g2p: Any = None

    @property
    def lexicon(self) -> Lexicon:
        with self._lock:
            if self._lexicon is None:
                self._lexicon = load_lexicon()
            return self._lexicon

    def phonemes(self, text: str) -> str:
        """Phonemes with punctuation; "" if there is nothing to say."""
        lexicon = self.lexicon
        with self._lock:  # the dictionary builds itself on first use
            if self._g2p is None:
                self._g2p = _quiet_g2p()
            said = self._g2p.map_punctuation(spoken_form(text))
            # A space between words, as in the texts the model was trained on; none before punctuation.
            spaced = " ".join(self._piece(piece, pinyin) for piece, pinyin in lexicon.split(said))
            return _LOOSE_MARK.sub(r"\1", re.sub(r" {2,}", " ", spaced)).strip()

    def _piece(self, piece: str, pinyin: tuple[str, ...] | None) -> str:
        if pinyin is not None:
            return "".join(self._g2p.py2ipa(syllable) for syllable in pinyin)
        # One run at a time: the library alternates between scripts starting from the first character.
        return "".join(
            self._g2p.legacy_call(run) if "\u4e00" <= run[0] <= "\u9fff" else run
            for run in _CHINESE_OR_OTHER.findall(piece)
        )


def _quiet_g2p() -> Any:
    logging.getLogger("jieba").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba: escape sequences, pkg_resources
        import jieba
        from misaki.zh import ZHG2P

        # Not jieba.initialize(): it reads a marshalled cache anybody may have put in the shared temp folder.
        words = jieba.dt
        words.FREQ, words.total = words.gen_pfdict(words.get_dict_file())
        words.initialized = True
    return ZHG2P()
