from __future__ import annotations

import pytest

from audit.answers import parse
from audit.artifacts.answer import QUESTIONS, CameraCovered, OnlyYouUnlock
from audit.host import Seen
from audit.hosts import AnsweredHost, RecordedHost, Recording
from audit.model import Gap, GapKind
from tests.artifacts.devices import see, system
from tests.machines import FACTS, Thing, host

NOT_ASKED = (Gap(GapKind.NOT_ASKED),)


@pytest.mark.parametrize("kind", QUESTIONS.values(), ids=QUESTIONS)
def test_no_device_holds_an_answer(tmp_path, kind):
    assert see(system(tmp_path, {}), kind) == Seen(gaps=NOT_ASKED)


def test_every_question_can_be_answered_in_a_file():
    text = "".join(f"{name}: no\n" for name in QUESTIONS)
    assert parse(text).device == dict.fromkeys(QUESTIONS, False)


def test_what_was_said_comes_before_what_was_recorded():
    recorded = RecordedHost(Recording(FACTS, {CameraCovered: Seen((CameraCovered(False),))}))
    assert AnsweredHost(recorded, {}).see(CameraCovered).items == (CameraCovered(False),)
    assert AnsweredHost(recorded, {"camera-covered": True}).see(CameraCovered).items == (CameraCovered(True),)


def test_one_answer_does_not_answer_the_others():
    answered = AnsweredHost(host(["x"]), {"camera-covered": True})
    assert answered.see(OnlyYouUnlock) == Seen(gaps=NOT_ASKED)
    assert answered.see(Thing) == host(["x"]).see(Thing)
