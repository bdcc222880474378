"""Judge of the assignment round-trip: what its hidden tests must report, computed in NumPy.

Files that the student wrote come here as bytes; :func:`parse` reads them without MXNet.
"""

import struct

import numpy as np

from autograder.judge import NoEvidence, close, equal, telltale

TYPES = ["<f4", "<f8", "<f2", "u1", "<i4", "i1", "<i8"]  # the position is MXNet's flag
FLAGS = {np.dtype(name): flag for flag, name in enumerate(TYPES)}


def parse(content):
    """Return the arrays in the bytes of a .params file: a dict if they have names, else a list.

    Raises NoEvidence, with a message for the student, if the bytes are something else.
    """
    position = 0

    def take(length):
        nonlocal position
        position += length
        if position > len(content):
            raise ValueError("the file ends too early")
        return content[position - length : position]

    def numbers(layout):
        return struct.unpack(f"<{layout}", take(struct.calcsize(f"<{layout}")))

    def array():
        magic, storage, ndim = numbers("Iii")
        if (magic, storage) != (0xF993FAC9, 0) or not 0 < ndim <= 32:
            raise ValueError("not a dense array")
        shape = numbers(f"{ndim}q")
        if min(shape) < 1:
            raise ValueError("an array without elements")
        _, _, flag = numbers("3i")
        dtype = np.dtype(TYPES[flag])
        size = dtype.itemsize
        for length in shape:
            size *= length
        return np.frombuffer(take(size), dtype).reshape(shape)

    try:
        magic, reserved, count = numbers("3Q")
        if (magic, reserved) != (0x112, 0):
            raise ValueError("not a .params file")
        arrays = [array() for _ in range(count)]
        names = [take(numbers("Q")[0]).decode() for _ in range(numbers("Q")[0])]
        if position < len(content) or len(names) not in (0, count):
            raise ValueError("the names do not fit")
        return dict(zip(names, arrays, strict=True)) if names else arrays
    except (IndexError, TypeError, UnicodeDecodeError, ValueError, struct.error) as error:
        raise NoEvidence("These bytes are no whole file in MXNet's format.") from error


def file_of(arrays):
    """Return the bytes of the file of a dictionary of NumPy arrays."""
    parts = [struct.pack("<3Q", 0x112, 0, len(arrays))]
    for a in arrays.values():
        fields = 0xF993FAC9, 0, a.ndim, *a.shape, 1, 0, FLAGS[a.dtype]
        parts += [struct.pack(f"<Iii{a.ndim}q3i", *fields), a.tobytes()]
    parts.append(struct.pack("<Q", len(arrays)))
    for key in arrays:
        parts += [struct.pack("<Q", len(key.encode())), key.encode()]
    return b"".join(parts)


def same(found, expected):
    """Whether two lists or dictionaries hold the same arrays, in shape, type and every element."""
    if type(found) is not type(expected) or len(found) != len(expected):
        return False
    if isinstance(expected, dict):
        if found.keys() != expected.keys():
            return False
        found = [found[key] for key in expected]
        expected = expected.values()
    return all(a.dtype == b.dtype and equal(a, b) for a, b in zip(found, expected, strict=True))


def permuted(challenge, name, length):
    """Return the order that a challenge draws for ``length`` things."""
    return np.argsort(challenge(name, (length,))).tolist()


def in_place(challenge, name, values, length):
    """Return what was reported in a drawn order, in its own order again."""
    order = permuted(challenge, name, length)
    if not isinstance(values, list) or len(values) != length:
        return [None] * length
    return [value for _, value in sorted(zip(order, values, strict=True))]


# --- test-save-arrays and test-load-arrays --------------------------------------------------------

SHAPES = [(2, 3), (4,), (1,), (3, 1, 2)]


def word(challenge):
    return "".join(chr(97 + int(abs(v) * 25)) for v in challenge("word", (6,)))


def listed(challenge, name, length=12):
    return [challenge(f"{name}{i}", SHAPES[i % 4]) for i in range(length)]


def named(challenge, name):
    drawn = word(challenge)
    keys = "10", "0", drawn, f"{drawn}.weight", "1"
    return {key: challenge(f"{name}.{key}", SHAPES[i % 4]) for i, key in enumerate(keys)}


def one(challenge):
    """Return a list and a dictionary of length one."""
    return listed(challenge, "one", 1), {word(challenge): challenge("one", (2, 3))}


def typed(challenge):
    types = "float64", "float16", "uint8", "int32", "int8", "int64", "float32"
    numbers = challenge("typed", (len(types), 2, 3))
    return [(abs(n) * 100).astype(t) for n, t in zip(numbers, types, strict=True)]


@telltale(
    "test-save-arrays",
    points=0.25,
    en="The file of a list of twelve arrays must hold these arrays, in order, as they were when "
    "they were saved, and no names.",
    zh="存了十二个数组的列表，文件里就应当依次是这些数组保存时的样子，而且没有名字。",
)
def list_written(challenge, evidence):
    return same(parse(evidence("list")), listed(challenge, "list"))


@telltale(
    "test-save-arrays",
    points=0.25,
    en="The file of a dictionary must hold each array under its own key; '0' and '10' are keys "
    "too.",
    zh="存了字典，文件里每个数组都应当在自己的键下；'0' 和 '10' 也是键。",
)
def dict_written(challenge, evidence):
    return same(parse(evidence("dict")), named(challenge, "dict"))


@telltale(
    "test-save-arrays",
    points=0.25,
    en="A list of length one must be saved as a list, a dictionary of length one as a dictionary.",
    zh="长度为一的列表应当存成列表，长度为一的字典应当存成字典。",
)
def one_written(challenge, evidence):
    found = parse(evidence("list-of-one")), parse(evidence("dict-of-one"))
    return all(map(same, found, one(challenge)))


@telltale(
    "test-save-arrays",
    points=0.25,
    en="Arrays must be saved in their own type: float64, float16 or an integer type.",
    zh="数组应当按自己的类型保存：float64、float16 或某种整数类型。",
)
def types_written(challenge, evidence):
    return same(parse(evidence("types")), typed(challenge))


@telltale(
    "test-save-arrays",
    points=0.25,
    en="Two paths must give two files of exactly these names, and saving to a path again must "
    "replace what was there.",
    zh="两个路径应当得到两个文件，名字与路径完全一致；再次存到同一路径，应当替换原来的内容。",
)
def own_file(challenge, evidence):
    return (
        same(parse(evidence("first-file")), listed(challenge, "file0.", 2))
        and same(parse(evidence("second-file")), listed(challenge, "file1.", 2))
        and same(parse(evidence("replaced")), listed(challenge, "new", 2))
    )


@telltale(
    "test-load-arrays",
    points=0.25,
    en="From a file without names, made elsewhere, all arrays must come back as a list, in order.",
    zh="从别处写成的没有名字的文件里，应当按顺序读回全部数组，组成列表。",
)
def list_read(challenge, evidence):
    return same(parse(evidence("list")), listed(challenge, "list"))


@telltale(
    "test-load-arrays",
    points=0.25,
    en="From a file with names, made elsewhere, the arrays must come back as a dictionary with "
    "these keys; '0' and '10' are keys too.",
    zh="从别处写成的带名字的文件里，应当读回以这些名字为键的字典；'0' 和 '10' 也是键。",
)
def dict_read(challenge, evidence):
    return same(parse(evidence("dict")), named(challenge, "dict"))


@telltale(
    "test-load-arrays",
    points=0.25,
    en="A list of length one must come back as a list, a dictionary of length one as a dictionary.",
    zh="长度为一的列表读回来应当仍是列表，长度为一的字典应当仍是字典。",
)
def one_read(challenge, evidence):
    found = parse(evidence("list-of-one")), parse(evidence("dict-of-one"))
    return all(map(same, found, one(challenge)))


@telltale(
    "test-load-arrays",
    points=0.25,
    en="Arrays must come back in the type that they have in the file: float64, float16 or an "
    "integer type.",
    zh="数组读回来应当保持文件里的类型：float64、float16 或某种整数类型。",
)
def types_read(challenge, evidence):
    return same(parse(evidence("types")), typed(challenge))


@telltale(
    "test-load-arrays",
    points=0.25,
    en="load_arrays must return what is in the file now, not what an earlier call has read.",
    zh="load_arrays 应当返回文件现在的内容，而不是以前某次调用读到的东西。",
)
def file_as_it_is_now(challenge, evidence):
    return same(parse(evidence("later")), listed(challenge, "new", 2))


# --- test-save-model and test-load-model ----------------------------------------------------------


def dense(challenge, name, units, in_units):
    """Return the weight (units, in_units) and the bias (units,) of a layer filled by challenges."""
    return challenge(f"{name}.weight", (units, in_units)), challenge(f"{name}.bias", (units,))


def apply(x, *layers):
    """Return what a chain of Dense layers makes of x, of shape (batch, in_units)."""
    for weight, bias in layers:
        x = x @ weight.T + bias
    return x


def under_keys(*layers):
    """Return the parameters of a chain of Dense layers by structural key."""
    pairs = enumerate(layers)
    return {
        f"{i}.{k}": v for i, pair in pairs for k, v in zip(("weight", "bias"), pair, strict=True)
    }


def deep_layers(challenge):
    """Return the thirteen layers of the network `deep`."""
    layers = [dense(challenge, f"layer{i}", 2, 2) for i in range(12)]
    return [*layers, dense(challenge, "inner", 3, 2)]


def deep(challenge):
    keys = under_keys(*deep_layers(challenge))
    keys = {f"body.{'12.0' + k[2:] if k[:2] == '12' else k}": v for k, v in keys.items()}
    return {"scale": challenge("outer.scale", (3,)), **keys}


def double(challenge, name):
    """Return two layers in float64."""
    layers = dense(challenge, f"{name}.a", 4, 3), dense(challenge, f"{name}.b", 2, 4)
    return {k: v.astype("float64") for k, v in under_keys(*layers).items()}


@telltale(
    "test-save-model",
    points=0.5,
    en="In the file of a nested network of thirteen layers, the keys must be the structural keys: "
    "how does save_parameters call what collect_params calls by unique names?",
    zh="一个十三层的嵌套网络，文件里的键应当是结构键：collect_params 给出的是唯一名，"
    "save_parameters 用的又是什么？",
)
def structural_keys(challenge, evidence):
    found, expected = parse(evidence("deep")), deep(challenge)
    return (
        type(found) is dict
        and {k: v.shape for k, v in found.items()} == {k: v.shape for k, v in expected.items()}
        and any(close(found[k], v) for k, v in expected.items())  # it is a file of this run
    )


@telltale(
    "test-save-model",
    points=0.25,
    en="Every parameter must be saved with the value and the type that it had when it was saved, "
    "each network in its own file.",
    zh="每个参数都应当按保存时的值和类型存下，每个网络存进自己的文件。",
)
def values_written(challenge, evidence):
    return same(parse(evidence("deep")), deep(challenge)) and (
        same(parse(evidence("double")), double(challenge, "double"))
    )


@telltale(
    "test-save-model",
    points=0.25,
    en="The running statistics of batch normalisation are missing in the file, or wrong.",
    zh="文件里没有批量归一化的滑动统计量，或者它们不对。",
)
def statistics_written(challenge, evidence):
    expected = under_keys(dense(challenge, "dense", 3, 2))
    for key in ("gamma", "beta", "running_mean", "running_var"):
        expected[f"1.{key}"] = challenge(f"norm.{key}", (3,))
    return same(parse(evidence("statistics")), expected)


@telltale(
    "test-save-model",
    points=0.25,
    en="A block that stands in the network twice has its parameters under two keys each.",
    zh="在网络里出现两次的块，每个参数都有两个键，两个键下都应当有值。",
)
def shared_written(challenge, evidence):
    layers = [dense(challenge, name, 3, 3) for name in ("block", "between", "block")]
    return same(parse(evidence("shared")), under_keys(*layers))


@telltale(
    "test-save-model",
    points=0.25,
    en="Saving must leave the network as it is: its values, types, devices, and which parameters "
    "are frozen. And it must be possible to save it again.",
    zh="保存应当让网络保持原样：值、类型、设备、哪些参数被冻结，都不能变，而且可以再存一次。",
)
def left_as_it_is(challenge, evidence):
    device = f"[cpu({1 + int(abs(challenge('device', ())) * 6)})] float64"
    expected = double(challenge, "kept")
    values = np.concatenate([v.ravel() for v in expected.values()])
    return (
        same(parse(evidence("saved_again")), expected)
        and equal(evidence("settings"), [f"{device} null"] + [f"{device} write"] * 3)
        and equal(evidence("values"), values)
    )


@telltale(
    "test-save-model",
    points=0.5,
    en="Saving must raise an error when a parameter has no value (never initialised, in part of "
    "the network too, or initialisation still to come), and must save when all have one.",
    zh="只要有参数没有值（从未初始化，哪怕只是网络的一部分，或者初始化还在延后），保存就应当"
    "抛出错误；全都有值时则应当存下来。",
)
def no_values(challenge, evidence):
    found = in_place(challenge, "order", evidence("outcomes"), 12)
    return found == ["saved"] * 4 + ["raised"] * 8


@telltale(
    "test-load-model",
    points=0.5,
    en="A nested network of thirteen layers, which learns its shapes from a file made elsewhere, "
    "gives a wrong result.",
    zh="一个十三层的嵌套网络，从别处写成的文件得知各层形状，它的输出不对。",
)
def values_read(challenge, evidence):
    y = apply(challenge("x", (5, 2)), *deep_layers(challenge))
    parts = [y * challenge("outer.scale", (3,)), *deep(challenge).values()]
    return close(evidence("deep"), np.concatenate([part.ravel() for part in parts]))


@telltale(
    "test-load-model",
    points=0.25,
    en="A network with batch normalisation predicts something else: are the running statistics "
    "those of the file?",
    zh="带批量归一化的网络预测结果不对：滑动统计量是文件里的吗？",
)
def statistics_read(challenge, evidence):
    gamma, beta, mean, variance = (
        abs(challenge(key, (3,))) + 0.5 for key in ("gamma", "beta", "running_mean", "running_var")
    )
    y = apply(challenge("x", (5, 2)), dense(challenge, "dense", 3, 2))
    return close(evidence("statistics"), gamma * (y - mean) / np.sqrt(variance + 1e-5) + beta)


@telltale(
    "test-load-model",
    points=0.5,
    en="Each call must make a new network, independent of those before it, from the file that "
    "path names, as it is now.",
    zh="每次调用都应当造出一个与以前无关的新网络，内容来自 path 所指的文件现在的样子。",
)
def new_networks(challenge, evidence):
    x = challenge("x", (5, 2))
    outputs = []
    for first, second in (
        ("changed", "file.b"),
        ("file.a", "file.b"),
        ("other.a", "other.b"),
        ("rewritten.a", "rewritten.b"),
    ):
        layers = dense(challenge, first, 3, 2), dense(challenge, second, 2, 3)
        outputs.append(apply(x, *layers))
    return close(evidence("new_networks"), np.concatenate(outputs))


@telltale(
    "test-load-model",
    points=0.5,
    en="Every parameter must be on the device ctx, and on cpu(0) if none is given.",
    zh="每个参数都应当在设备 ctx 上；不给 ctx 时在 cpu(0) 上。",
)
def on_device(challenge, evidence):
    first, second = ([f"[cpu({1 + int(abs(v) * 6)})]"] * 4 for v in challenge("devices", 2))
    return equal(evidence("devices"), first + ["[cpu(0)]"] * 4 + second)


def fits_and(challenge, evidence, kind):
    """Whether the files that fit were loaded and those of the other kind were refused."""
    kinds = ["fits"] * 3 + ["missing"] * 4 + ["extra"] * 3 + ["shape"] * 3
    found = in_place(challenge, "cases", evidence("outcomes"), len(kinds))
    wanted = {"fits": "loaded", kind: "raised"}
    return all(wanted.get(k, f) == f for k, f in zip(kinds, found, strict=True))


@telltale(
    "test-load-model",
    points=0.25,
    en="A file that lacks a key of the network must raise an error, and one that fits must not.",
    zh="文件缺少网络的某个键时，应当抛出错误；完全对得上时则不应当。",
)
def missing_keys(challenge, evidence):
    return fits_and(challenge, evidence, "missing")


@telltale(
    "test-load-model",
    points=0.25,
    en="A file with a key that the network has not must raise an error, and one that fits must "
    "not.",
    zh="文件里有网络没有的键时，应当抛出错误；完全对得上时则不应当。",
)
def extra_keys(challenge, evidence):
    return fits_and(challenge, evidence, "extra")


@telltale(
    "test-load-model",
    points=0.25,
    en="A file with an array of another shape must raise an error, also if it has as many "
    "elements; and a file that fits must not.",
    zh="文件里某个数组形状不同时，即使元素个数相同，也应当抛出错误；完全对得上时则不应当。",
)
def other_shapes(challenge, evidence):
    return fits_and(challenge, evidence, "shape")


# --- test-same-output -----------------------------------------------------------------------------

# How the pairs of the hidden test are arranged: equal ones, then by what differs.
PAIRS = 79
EQUAL, ELEMENTS, PLACES, DIFFERENT_SHAPES = slice(5), slice(5, 67), slice(67, 71), slice(71, 79)


def answers_are(challenge, evidence, different):
    """Whether the equal pairs were called equal and these different ones different."""
    found = in_place(challenge, "pairs", evidence("answers"), PAIRS)
    return set(found[EQUAL]) == {"True"} and set(found[different]) == {"False"}


@telltale(
    "test-same-output",
    points=0.25,
    en="One different element, anywhere, however small the difference, makes the output another; "
    "and copies with equal elements are the same output.",
    zh="任何位置上只要有一个元素不同，差得再小，输出也不同；元素都相等的副本则是相同的输出。",
)
def equal_elements(challenge, evidence):
    return answers_are(challenge, evidence, ELEMENTS)


@telltale(
    "test-same-output",
    points=0.25,
    en="The same numbers in other places, or with the opposite sign, are not the same output: do "
    "not compare sums or norms.",
    zh="同样的数换了位置，或者符号相反，就不是相同的输出：不要比较和或者范数。",
)
def equal_places(challenge, evidence):
    return answers_are(challenge, evidence, PLACES)


@telltale(
    "test-same-output",
    points=0.25,
    en="Arrays of different shapes are not the same output, whether == compares them with "
    "broadcasting or raises an error.",
    zh="形状不同的数组不是相同的输出，不管 == 是用广播来比较，还是报错。",
)
def equal_shapes(challenge, evidence):
    return answers_are(challenge, evidence, DIFFERENT_SHAPES)


@telltale(
    "test-same-output",
    points=0.25,
    en="The answer must be a Python bool for every pair of arrays, and right for plain ones.",
    zh="对每一对数组，答案都应当是 Python 的 bool，而且在简单的情形下是对的。",
)
def python_bool(challenge, evidence):
    types = evidence("types")
    found = in_place(challenge, "pairs", evidence("answers"), PAIRS)
    return types == ["bool"] * PAIRS and (found[0], found[9]) == ("True", "False")


# --- test-transfer --------------------------------------------------------------------------------

KINDS = {"weight": (3, 3), "bias": (3,)}


def keys(*layers):
    return [f"{i}.{kind}" for i in layers for kind in KINDS]


def drawn_layers(challenge):
    """Return the layers 2 to 9 in the order that was drawn."""
    return [i for i in permuted(challenge, "layers", 12) if i not in (0, 1, 10, 11)]


def moved(challenge):
    """Return the keys of the file and the new ones, of the transfer that moves layers."""
    a = drawn_layers(challenge)
    rename = dict(zip(keys(1, a[0]), [*keys(a[3]), f"{a[4]}.weight", f"{a[5]}.bias"], strict=True))
    return keys(1, 11, *a[:3]), rename


def circles(challenge):
    """Return the keys of the file and the new ones, of the transfer that exchanges layers."""
    a = drawn_layers(challenge)
    places = keys(*(a[i] for i in (1, 0, 3, 4, 2, 6, 7)))
    return keys(*a[:7]), dict(zip(keys(*a[:7]), places, strict=True))


def source(challenge, key):
    return challenge(f"source.{key}", KINDS[key.split(".")[1]])


def rows(challenge, file, rename):
    """Return the values of the target after a transfer, a row of twelve for each layer, and where
    they have come from the file."""
    parts = {
        f"{i}.{kind}": challenge(f"target{i}.{kind}", shape)
        for i in range(12)
        for kind, shape in KINDS.items()
    }
    arrived = {key: np.zeros(value.shape, bool) for key, value in parts.items()}
    for key in file:
        place = rename.get(key, key)
        parts[place] = source(challenge, key)
        arrived[place] = np.ones(parts[place].shape, bool)
    return [
        np.concatenate([d[key].ravel() for key in keys(*range(12))]).reshape(12, 12)
        for d in (parts, arrived)
    ]


def arrive(challenge, found, file, rename):
    """Whether the values of the file have arrived, whatever became of the others."""
    expected, arrived = rows(challenge, file, rename)
    return found.shape == expected.shape and equal(found[arrived], expected[arrived])


def without_value(file, rename):
    """Return the keys of the target that got no value, sorted."""
    return sorted(set(keys(*range(12))) - {rename.get(key, key) for key in file})


@telltale(
    "test-transfer",
    points=0.5,
    en="A value did not arrive under its new key, or one that is not renamed did not stay: each "
    "key is renamed as a whole, '1.weight' is no part of '11.weight'.",
    zh="有的值没有到达新的键下，或者没有改名的值没有留在原处：改名是对整个键而言的，"
    "'1.weight' 不是 '11.weight' 的一部分。",
)
def new_keys(challenge, evidence):
    return arrive(challenge, evidence("moved"), *moved(challenge))


@telltale(
    "test-transfer",
    points=0.5,
    en="Layers that exchange their places, or move on in a circle or a row, get wrong values: all "
    "are to be renamed at once, not one after the other.",
    zh="几层互换位置，或者依次移动一圈、一排时，值不对：应当同时改名，而不是一个接一个地改。",
)
def all_at_once(challenge, evidence):
    return arrive(challenge, evidence("circles"), *circles(challenge))


@telltale(
    "test-transfer",
    points=0.25,
    en="Parameters without a value in the file must keep theirs, and all must stay on the device "
    "where they are.",
    zh="文件里没有值的参数应当保持原值，所有参数都应当留在原来的设备上。",
)
def others_kept(challenge, evidence):
    a = drawn_layers(challenge)
    expected, _ = rows(challenge, [*keys(*a[:5]), f"{a[5]}.bias"], {})
    device = f"[cpu({1 + int(abs(challenge('device', ())) * 6)})]"
    return equal(evidence("stay"), expected) and equal(evidence("devices"), [device] * 24)


@telltale(
    "test-transfer",
    points=0.5,
    en="The list must hold each structural key of net that got no value, once, and no other.",
    zh="返回的列表应当恰好是 net 中没有得到值的那些结构键，每个一次，不多不少。",
)
def left_over(challenge, evidence):
    found = [evidence(name) for name in ("left", "left-of-circles", "nothing-left")]
    expected = [without_value(*moved(challenge)), without_value(*circles(challenge)), []]
    return all(isinstance(f, list) and sorted(f) == e for f, e in zip(found, expected, strict=True))


@telltale(
    "test-transfer",
    points=0.25,
    en="Neither rename nor the file may change, and a second transfer must do what the first did.",
    zh="rename 和文件都不能改动，第二次迁移的结果应当与第一次相同。",
)
def sources_unchanged(challenge, evidence):
    file, rename = moved(challenge)
    order = permuted(challenge, "order", len(file))
    content = file_of({file[i]: source(challenge, file[i]) for i in order})
    return (
        evidence("file") == content
        and evidence("rename") == [part for item in rename.items() for part in item]
        and equal(evidence("second"), evidence("moved"))
        and not equal(evidence("second"), rows(challenge, [], {})[0])
    )
