"""Another encoder: every entry's audio is embedded anew, one transaction each, so stopping loses nothing."""

from collections.abc import Iterator, Sequence

from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.store import WatchListStore


def embed_anew(ids: Sequence[str], store: WatchListStore, encoder: SpeakerEncoder) -> Iterator[str]:
    """Yields each id when it is done. Raises SurveyError for audio that cannot be read. Blocks."""
    for entry_id in ids:
        store.embedded_anew(entry_id, encoder.embed(store.speech(entry_id)), encoder.id)
        yield entry_id
