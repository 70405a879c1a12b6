"""From a turn to samples: accent, warp, cache, mouth, stage."""

from pathlib import Path

import numpy as np
import pytest

from ivr.simulator.accent import merged, speak_with
from ivr.simulator.channel import FRAME, active_rms, to_float
from ivr.simulator.mouth import Mouth
from ivr.simulator.persona import Accent, NoiseKind, VoiceSpec, Warp
from ivr.simulator.render import Renderer
from ivr.simulator.reply import Press, Reply, Say, Speaker, Wait
from ivr.simulator.stage import Stage
from ivr.simulator.warp import warped
from tests.fakes.voice import ToneVoice
from tests.ivr.simulator.people import persona


@pytest.mark.parametrize(
    ("syllable", "accent", "spoken"),
    [
        ("nin2", Accent.N_L, "lin2"),
        ("shi4", Accent.Z_ZH, "si4"),
        ("zhang1", Accent.Z_ZH, "zang1"),
        ("ming2", Accent.IN_ING, "min2"),
        ("cheng2", Accent.IN_ING, "chen2"),
        ("fei1", Accent.F_H, "hui1"),
        ("fu2", Accent.F_H, "hu2"),
        ("fang2", Accent.F_H, "huang2"),
        ("ma3", Accent.N_L, "ma3"),
    ],
)
def test_mergers(syllable: str, accent: Accent, spoken: str) -> None:
    assert merged(syllable, [accent]) == spoken


def test_an_accent_respells_what_it_changes_and_nothing_else() -> None:
    from pypinyin import Style, lazy_pinyin

    text = "我是九零年五月十七号出生的，名字叫李明。"
    respelled = speak_with(text, [Accent.N_L, Accent.Z_ZH, Accent.IN_ING])
    assert len(respelled) == len(text)
    sounds = lazy_pinyin(respelled, style=Style.TONE3)
    assert sounds[1] == "si4"
    assert "lian2" in sounds
    assert "min2" in sounds
    assert respelled[-3:-1] == "李" + respelled[-2]
    assert speak_with(text, []) == text


def test_a_warp_raises_the_pitch() -> None:
    time = np.arange(24_000) / 24_000
    buzz = (
        np.sum([np.sin(2 * np.pi * 150 * n * time) / n for n in range(1, 20)], axis=0).astype(np.float32)
        * 0.1
    )
    other = warped(buzz, 24_000, Warp(pitch_semitones=12, formant_ratio=1.1))

    def pitch(samples: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> float:
        spectrum = np.abs(np.fft.rfft(samples[4_000:20_000]))
        return float(np.argmax(spectrum[: 16_000 * 400 // 24_000]) * 24_000 / 16_000)

    assert pitch(buzz) == pytest.approx(150, abs=3)
    assert pitch(other) == pytest.approx(300, abs=6)
    assert warped(buzz, 24_000, Warp()) is buzz


def test_a_sentence_is_synthesised_once(tmp_path: Path) -> None:
    voice = ToneVoice()
    first = Renderer(voice, tmp_path).clean("你好", VoiceSpec())
    again = Renderer(voice, tmp_path).clean("你好", VoiceSpec())
    assert len(voice.spoken) == 1
    assert np.array_equal(first, again)
    Renderer(voice, tmp_path).clean("你好", VoiceSpec(speed=1.2))
    assert len(voice.spoken) == 2
    assert not list(tmp_path.rglob("*.pcm.*"))


def reply(*steps: Say | Wait | Press, cut_at: float | None = None) -> Reply:
    return Reply(question_id="q", after_ms=0, steps=steps, cut_at=cut_at)


def mouth(in_band: bool = False, **traits: object) -> Mouth:
    return Mouth(Renderer(ToneVoice(), None), persona(**traits), 1, in_band=in_band)


def test_a_turn_has_the_prompter_softly_before_the_applicant() -> None:
    turn = mouth(second_voice={"level_db": -12}).perform(
        reply(Say(text="杭州市西湖区", speaker=Speaker.PROMPTER), Wait(ms=2_000), Say(text="杭州市西湖区"))
    )
    assert turn.own_from is not None
    sound = to_float(turn.pcm)
    whisper, own = sound[: turn.own_from - 16_000], sound[turn.own_from :]
    assert 20 * np.log10(active_rms(whisper) / active_rms(own)) == pytest.approx(-12, abs=0.5)
    assert active_rms(sound[whisper.size + 200 : turn.own_from - 200]) < 0.001
    assert turn.pcm.size % FRAME == 0


def test_noise_is_as_loud_as_asked() -> None:
    noisy = mouth(noise={"kind": NoiseKind.WHITE, "snr_db": 12})
    turn = noisy.perform(reply(Wait(ms=1_000), Say(text="杭州市西湖区文三路")))
    assert turn.own_from is not None
    sound = to_float(turn.pcm)
    room, speech = sound[: turn.own_from], sound[turn.own_from : turn.own_until]
    background = to_float(noisy.background())
    assert 20 * np.log10(active_rms(speech) / active_rms(room)) == pytest.approx(12.3, abs=0.6)
    assert active_rms(background) == pytest.approx(active_rms(room), rel=0.1)


def test_keys_go_beside_the_sound_or_as_tones() -> None:
    keys = reply(Press(digit="1"), Wait(ms=200), Press(digit="#"))
    beside = mouth().perform(keys)
    assert [key for _, key in beside.keys] == ["1", "#"]
    assert active_rms(to_float(beside.pcm)) < 0.001
    sounded = mouth(in_band=True).perform(keys)
    assert sounded.keys == ()
    spectrum = np.abs(np.fft.rfft(to_float(sounded.pcm[:960])))
    peaks = np.sort(np.argsort(spectrum)[-4:] * 8_000 / 960)
    assert peaks[0] == pytest.approx(697, abs=17)
    assert peaks[-1] == pytest.approx(1_209, abs=17)


def test_mumbling_loses_the_consonants() -> None:
    clear = mouth().perform(reply(Say(text="杭州市西湖区")))
    mumbled = mouth().perform(reply(Say(text="杭州市西湖区", mumbled=True)))
    assert active_rms(to_float(mumbled.pcm)) < 0.8 * active_rms(to_float(clear.pcm))


def test_a_stage_plays_a_turn_once_and_hangs_up_where_it_is_cut() -> None:
    whole = mouth().perform(reply(Say(text="杭州市西湖区")))
    cut = mouth().perform(reply(Say(text="杭州市西湖区"), cut_at=0.5))
    assert cut.hangs_up
    assert cut.frames == pytest.approx(whole.frames / 2, abs=1)
    stage = Stage()
    stage.play(whole)
    assert b"".join(stage.next_frame().pcm for _ in range(whole.frames)) == whole.pcm.tobytes()
    assert stage.finished is whole
    assert not any(stage.next_frame().pcm)


def test_a_stopped_turn_fades_and_is_not_finished() -> None:
    stage = Stage()
    stage.play(mouth().perform(reply(Say(text="杭州市西湖区"))))
    for _ in range(3):
        stage.next_frame()
    stage.stop()
    faded = np.frombuffer(stage.next_frame().pcm, dtype="<i2")
    assert np.abs(faded[:40]).max() > 10 * np.abs(faded[-10:]).max()
    assert not any(stage.next_frame().pcm)
    assert stage.finished is None
