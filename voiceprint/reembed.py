"""Another encoder: every voice's audio is embedded anew, one transaction each, so stopping loses nothing."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from voiceprint.audio import Samples
from voiceprint.call_store import CallStore
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.pool import pool
from voiceprint.store import WatchListStore


def embed_anew(ids: Sequence[str], store: WatchListStore, encoder: SpeakerEncoder) -> Iterator[str]:
    """Yields each id when it is done. Raises SurveyError for audio that cannot be read. Blocks."""
    for entry_id in ids:
        store.embedded_anew(entry_id, encoder.embed(store.speech(entry_id)), encoder.id)
        yield entry_id


def embed_calls_anew(
    calls: Sequence[UUID],
    answers_of: Callable[[UUID], Sequence[Samples]],
    store: CallStore,
    encoder: SpeakerEncoder,
    *,
    min_speech_s: float,
) -> Iterator[bool]:
    """Yields for each call whether it could be: without a recording it stays as it is. Blocks.

    `answers_of`: what the caller said, answer by answer; [] if no recording was kept.
    """
    for call in calls:
        found = pool(answers_of(call), encoder, min_speech_s=min_speech_s)
        if found is not None:
            store.embedded_anew(call, found)
        yield found is not None
