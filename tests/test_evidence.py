"""Challenge and evidence: what goes in comes out, and nothing else is believed."""

import base64
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from mxnet import nd
from nbformat.v4 import new_output

from autograder.evidence import MIME, challenge, encode, evidence, without
from autograder.judge import NoEvidence, close, collect, decide, decode, equal, load_judge, telltale


def message(name, value):
    return new_output("display_data", {MIME: {"name": name, **encode(value)}})


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.array(3.5),
        np.zeros((0, 2), np.int64),
        np.array([True, False]),
        np.arange(3, dtype=">f8"),
    ],
)
def test_arrays_arrive_with_their_shape_dtype_and_values(value):
    arrived = decode(encode(value))
    assert arrived.shape == value.shape and arrived.dtype == value.dtype.newbyteorder("<")
    assert np.array_equal(arrived, value)


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "文字", [1, 2], ["a"], b"\x00\xff"])
def test_plain_values_arrive(value):
    assert equal(decode(encode(value)), value)


def test_an_ndarray_arrives_as_numbers():
    assert equal(decode(encode(nd.ones((2, 2)))), np.ones((2, 2), np.float32))


@pytest.mark.parametrize("value", [object(), {"a": 1}, [[1]], np.array([object()])])
def test_what_json_and_raw_arrays_cannot_hold_is_refused(value):
    with pytest.raises(TypeError):
        encode(value)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        None,
        {"array": {"dtype": "|O", "shape": [1], "data": "AAAAAAAAAAA="}},
        {"array": {"dtype": "<f4", "shape": [2], "data": "AAAAAA=="}},
        {"array": {"dtype": "<f4", "shape": "x", "data": "AAAAAA=="}},
        {"array": {"dtype": "nonsense", "shape": [1], "data": ""}},
        {
            "array": {
                "dtype": "|O",
                "shape": [],
                "data": base64.b64encode(pickle.dumps(Bomb())).decode(),
            }
        },
        {"bytes": "not base64!"},
        {"error": "not a pair"},
    ],
)
def test_malformed_evidence_is_no_evidence_and_never_unpickled(data):
    with pytest.raises(NoEvidence):
        decode(data)


def test_challenges_depend_on_nonce_and_name_only():
    assert equal(challenge("x", (2, 3), "n"), challenge("x", (2, 3), "n"))
    assert not np.array_equal(challenge("x", (2, 3), "n"), challenge("x", (2, 3), "m"))
    assert not np.array_equal(challenge("x", (2, 3), "n"), challenge("y", (2, 3), "n"))
    assert np.abs(challenge("x", (1000,), "n")).max() <= 1
    assert challenge("x", (), "n").dtype == np.float32


def test_a_name_reported_twice_counts_for_nothing():
    outputs = [message("a", 1), message("b", 2), message("a", 1)]
    assert set(collect(outputs)) == {"b"}


def test_what_is_sent_together_counts_one_by_one():
    together = [{"name": name, **encode(1)} for name in ("a", "b", "b")]
    outputs = [new_output("display_data", {MIME: together}), message("c", 1)]
    assert set(collect(outputs)) == {"a", "c"}
    assert not collect([new_output("display_data", {MIME: ["a", 1, None, {"name": ["a"]}]})])


def test_a_cell_sends_its_evidence_when_it_ends_and_the_large_alone(monkeypatch):
    sent, ends = [], []
    publisher = SimpleNamespace(publish=lambda data: sent.append([m["name"] for m in data[MIME]]))
    events = SimpleNamespace(
        register=lambda event, call: ends.append(call),
        unregister=lambda event, call: ends.remove(call),
    )
    shell = SimpleNamespace(events=events, display_pub=publisher)
    monkeypatch.setattr("autograder.evidence._shell", lambda: shell)
    evidence("small", 1)
    evidence("failed", lambda: 1 / 0)
    evidence("large", bytes(1 << 20))
    evidence("next", 2)
    assert sent == [["small", "failed"], ["large"]]
    ends[0]()
    assert sent.pop() == ["next"] and not ends


def test_closeness_is_relative_to_the_largest_and_strict_about_shape():
    assert close(np.array([1000.0, 0.0]), [1000.01, 0.01])
    assert not close(np.array([1000.0, 0.0]), [1000.0, 1.0])
    assert not close(np.zeros((2, 1)), np.zeros((1, 2)))
    assert not close(np.array([np.nan]), [0.0])
    assert not close([1.0], [1.0])


def make(name, value, **options):
    def check(challenge, evidence):
        return evidence("seen") == value

    check.__name__ = name
    return telltale("cell", en=name, zh=name, **options)(check)


def test_points_add_up_by_telltale():
    telltales = make("right", 1, points=2) + make("wrong", 2, points=3)
    verdict = decide(telltales, {"seen": {"json": 1}}, "nonce")
    assert (verdict.score, verdict.passed, verdict.failed) == (2, ["right"], ["wrong"])
    assert "wrong" in verdict.text


def test_a_required_telltale_that_fails_takes_all_points():
    telltales = make("right", 1, points=2) + make("gate", 2, required=True)
    assert decide(telltales, {"seen": {"json": 1}}, "nonce").score == 0


def test_missing_evidence_and_the_students_own_error_are_told_apart():
    telltales = make("right", 1, points=2)
    assert "did not get this far" in decide(telltales, {}, "nonce").text
    error = {"seen": {"error": ["ValueError", "no such shape\nsee the manual"]}}
    assert "ValueError: no such shape\n" in decide(telltales, error, "nonce").text + "\n"
    trace = 'Traceback (most recent call last):\n  File "../src/op.cc"\nMXNetError: wrong shape'
    error = {"seen": {"error": ["MXNetError", trace]}}
    assert "Your code raised MXNetError: wrong shape" in decide(telltales, error, "nonce").text


def test_what_is_to_be_built_cannot_be_borrowed():
    class Given:
        def __init__(self):
            self.value = 1

        def double(self):
            return 2 * self.value

    before, derived = Given(), type("Derived", (Given,), {})
    for borrow in (Given, derived, lambda: before.double(), lambda: Given.double(before)):
        with without(Given), pytest.raises(TypeError, match="without Given"):
            borrow()
    assert Given().double() == 2


def test_a_judge_without_telltales_is_refused(tmp_path):
    from autograder.errors import JudgeError

    path = tmp_path / "judge.py"
    path.write_text("x = 1")
    with pytest.raises(JudgeError, match="no tell-tale"):
        load_judge(path)
    path.write_text("x = ")
    with pytest.raises(JudgeError, match="does not import"):
        load_judge(path)
