"""The bench on a list small enough to check: exact ones are exact, keys are as promised."""

import pytest

from voiceprint.backend import Backend
from voiceprint.bench.population import draw
from voiceprint.bench.run import run
from voiceprint.tables import VoiceprintTable


@pytest.mark.filterwarnings("ignore:.*hnswlib.*")
def test_the_report_has_its_keys_and_exact_search_is_exact(table: VoiceprintTable, backend: Backend) -> None:
    said: list[str] = []
    report = run(
        backend, [1_000], lambda size: draw(table, voices=size, probes=40, seed=size), said.append, 1_000
    )
    ours = report["sizes"]["1000"]
    assert ours["recall_at_1"] == 1
    assert ours["missed_per_10000"] == 0
    assert 1_000 < ours["bytes_per_voice"] < 1_100
    assert ours["p50_ms"] <= ours["p99_ms"]
    assert ours["adds_per_s"] > 0 < ours["removes_per_s"]
    assert {"numpy_exact", "faiss_flat"} <= report["peers"].keys()
    for peer in ("numpy_exact", "faiss_flat"):
        assert report["peers"][peer]["1000"]["recall_at_1"] == 1
    assert any("1,000 voices: ours" in line for line in said)
