from pathlib import Path

import pytest

from config.load import ConfigError
from dialogue.speaking.lexicon import load_lexicon


def read(text: str) -> dict[str, tuple[str, ...]]:
    return {piece: said for piece, said in load_lexicon().split(text) if said is not None}


@pytest.mark.parametrize(
    ("text", "piece", "said"),
    [
        pytest.param("您在哪家银行", "银行", ("yin2", "hang2"), id="row, not walk"),
        pytest.param("重庆的大厦", "重庆", ("chong2", "qing4"), id="again, not heavy"),
        pytest.param("重庆的大厦", "大厦", ("da4", "sha4"), id="tall building"),
        pytest.param("在厦门上班", "厦门", ("xia4", "men2"), id="the city"),
        pytest.param("请问是曾先生吗", "曾", ("zeng1",), id="surname before a title"),
        pytest.param("是单小明女士吗", "单", ("shan4",), id="surname of a full name"),
        pytest.param("您姓单吗", "单", ("shan4",), id="surname after 姓"),
        pytest.param("您怎么还，自动扣吗", "怎么还", ("zen3", "me5", "huan2"), id="to pay back"),
        pytest.param("您怎么还有", "怎么还有", ("zen3", "me5", "hai2", "you3"), id="still: the longest wins"),
        pytest.param("用过APP", "A", ("ei1",), id="letters"),
    ],
)
def test_forced_readings(text: str, piece: str, said: tuple[str, ...]) -> None:
    assert read(text)[piece] == said


@pytest.mark.parametrize("text", ["您曾经住在哪里", "名单上的先生", "简单的问题"])
def test_a_surname_is_read_as_one_only_in_a_name(text: str) -> None:
    assert not {"曾", "单"} & set(read(text))


def test_pieces_make_up_the_text() -> None:
    text = "您好，曾先生，您的银行卡是APP里办的吗？"
    assert "".join(piece for piece, _ in load_lexicon().split(text)) == text


def test_a_wrong_entry_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.yaml"
    path.write_text("words: {银行: yin2}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="银行: needs one syllable per character"):
        load_lexicon(path)
    path.write_text("words: {银行: yín háng}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="words"):
        load_lexicon(path)


def test_the_version_follows_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.yaml"
    path.write_text("words: {银行: yin2 hang2}\n", encoding="utf-8")
    before = load_lexicon(path).version
    path.write_text("words: {银行: yin2 xing2}\n", encoding="utf-8")
    assert load_lexicon(path).version != before
