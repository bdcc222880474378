"""Judge of the assignment hybridize-export: what its hidden tests must report, in NumPy."""

import numpy as np

from autograder.judge import close, telltale


def dense(challenge, name, units, in_units):
    """Return the weight (units, in_units) and the bias (units,) of a layer filled by challenges."""
    return challenge(f"{name}.weight", (units, in_units)), challenge(f"{name}.bias", (units,))


def apply(x, *layers):
    """Return what a chain of Dense layers makes of x, of shape (..., in_units)."""
    for weight, bias in layers:
        x = x @ weight.T + bias
    return x


def deep(challenge, name, x):
    """Return what twelve layers of three units, and the first one again, make of x."""
    return apply(x, *(dense(challenge, f"{name}{i}", 3, 3) for i in [*range(12), 0]))


def statistics(challenge):
    """Return gamma, beta, running mean and running variance, each of shape (4,)."""
    variance = challenge("variance", (4,)) + np.float32(1.5)
    return *(challenge(name, (4,)) for name in ("gamma", "beta", "mean")), variance


def normalised(challenge, x):
    """Return what a Dense layer and batch normalisation by running statistics make of x."""
    gamma, beta, mean, variance = statistics(challenge)
    x = apply(x, dense(challenge, "dense", 4, 3))
    return gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta


def gate(x):
    """Return 2 x if the sum of all elements is positive, otherwise -x."""
    return 2 * x if x.sum(dtype=np.float64) > 0 else -x


def positive(challenge, name, shape):
    return np.abs(challenge(name, shape)) + np.float32(0.1)


def row(parts):
    return np.concatenate([part.ravel() for part in parts])


def each_close(value, parts):
    """Whether each part is close, so that a part of small numbers counts like the others."""
    if not isinstance(value, np.ndarray) or value.shape != row(parts).shape:
        return False
    ends = np.cumsum([part.size for part in parts])[:-1]
    pieces = np.split(value, ends)
    return all(close(v, part.ravel()) for v, part in zip(pieces, parts, strict=True))


# --- test-imperative ------------------------------------------------------------------------------


@telltale(
    "test-imperative",
    points=0.75,
    en="block(x) is not 2 * x for an x of positive elements and -x for one of negative elements, "
    "in the shape of x, for one, two and three axes.",
    zh="x 的元素全为正时 block(x) 应当是 2 * x，全为负时应当是 -x，形状与 x 相同；"
    "一个、两个、三个轴都要成立。",
)
def values(challenge, evidence):
    parts = []
    for shape in ((5, 3), (2, 3, 4), (7,), (1, 1)):
        x = positive(challenge, f"values{shape}", shape)
        parts += [gate(x), gate(-x)]
    return each_close(evidence("values"), parts)


@telltale(
    "test-imperative",
    points=0.5,
    en="The sum of all elements must decide for the whole of x: not a row, a column, an element, "
    "or how many of them are positive.",
    zh="应当由所有元素之和对整个 x 做一次判断，而不是看某一行、某一列、某个元素，"
    "或者正数有多少个。",
)
def one_decision(challenge, evidence):
    parts = []
    for factor in (-0.2, -20):
        for i in range(3):
            x = np.abs(challenge(f"mixed{i}", (3, 4))) + np.float32(0.5)
            x[i] *= factor
            parts += [gate(x), gate(-x)]
        for i in range(4):
            x = np.abs(challenge(f"columns{i}", (3, 4))) + np.float32(0.5)
            x[:, i] *= factor
            parts += [gate(x), gate(-x)]
    return each_close(evidence("whole"), parts)


@telltale(
    "test-imperative",
    points=0.5,
    en="Look at sums close to zero: any positive sum, however small, gives 2 * x, and a sum of "
    "zero gives -x.",
    zh="请检查和接近零的情形：和只要为正，再小也应当得到 2 * x；和为零则应当得到 -x。",
)
def around_zero(challenge, evidence):
    v = (np.floor(np.abs(challenge("zero", (1, 6))) * 8) + 0.5) / 8
    x = np.concatenate([v, -v])
    parts = []
    for step in (0, 2.0**-10, -(2.0**-10)):
        stepped = x.copy()
        stepped[0, 0] += step
        parts.append(gate(stepped))
    return each_close(evidence("around-zero"), parts)


@telltale(
    "test-imperative",
    points=0.25,
    en="The block must leave x as it was: does it write into its input?",
    zh="块不应当改动 x：它是不是写进了自己的输入？",
)
def input_kept(challenge, evidence):
    x = positive(challenge, "kept", (5, 3))
    return close(evidence("input-kept"), np.concatenate([2 * x, x, x, -x]))


# --- test-hybridized ------------------------------------------------------------------------------


@telltale(
    "test-hybridized",
    points=0.75,
    en="Hybridised once, the block must decide in each call, whichever sign came first: is the "
    "decision in the graph? See 'A decision in the graph' and 'What tracing refuses'.",
    zh="混合化一次之后，不论先来的是正是负，块在每次调用时都应当重新判断：判断写进图里了吗？"
    "参看《写进图里的判断》和《追踪拒绝什么》两节。",
)
def both_signs(challenge, evidence):
    parts = []
    for sign in (1, -1):
        for i in range(3):
            parts.append(gate(positive(challenge, f"signs{i}", (5, 3)) * sign * (-1) ** i))
    return close(evidence("both_signs"), np.concatenate(parts))


@telltale(
    "test-hybridized",
    points=0.5,
    en="One trace must serve other shapes, also with another number of axes: does the body fix "
    "a size?",
    zh="追踪一次就应当适用于别的形状，轴数变了也一样：函数体是不是把某个大小固定下来了？",
)
def new_shapes(challenge, evidence):
    parts = []
    for shape in ((7, 3), (4, 1), (2, 3, 4), (5,)):
        x = positive(challenge, f"shape{shape}", shape)
        parts += [gate(-x), gate(x)]
    return each_close(evidence("new_shapes"), parts)


@telltale(
    "test-hybridized",
    points=0.5,
    en="Inside a hybridised container, several times and once in a network inside, the block "
    "computes something else: there it gets a symbol.",
    zh="放进混合化了的容器里（出现好几次，其中一次在里层的网络中），块的结果就不对了：在那里它得到的是符号。",
)
def container(challenge, evidence):
    def net(x):
        x = gate(x)
        for i in range(12):
            weight = np.abs(challenge(f"layer{i}.weight", (3, 3)))
            x = x @ (-weight if i in (0, 8) else weight).T
            if i % 4 == 3:
                x = gate(x)
        return apply(gate(x), dense(challenge, "inner", 3, 3))

    x = positive(challenge, "container", (5, 3))
    return close(evidence("container"), np.concatenate([net(x), net(-x), net(x)]), 1e-3)


@telltale(
    "test-hybridized",
    points=0.25,
    en="The gradient is not that of the branch taken, imperatively and hybridised.",
    zh="命令式和混合化之后，梯度都应当是所走分支的梯度。",
)
def gradients(challenge, evidence):
    head = challenge("head", (5, 3))
    return close(evidence("gradients"), np.concatenate([2 * head, -head] * 2))


@telltale(
    "test-hybridized",
    points=0.5,
    en="Traced, exported by Gluon and read by SymbolBlock.imports, the block computes something "
    "else, or cannot be exported.",
    zh="追踪之后用 Gluon 的 export 导出，再用 SymbolBlock.imports 读取，结果就不对了，"
    "或者根本无法导出。",
)
def exported(challenge, evidence):
    x = positive(challenge, "exported", (5, 3))
    y = positive(challenge, "exported too", (2, 3, 4))
    return each_close(evidence("exported"), [2 * x, x, y, 2 * y])


# --- test-export ----------------------------------------------------------------------------------


# Finer than float16, lest a file of values that were rounded to it pass.
FINE = 1e-5


def plain(challenge, name, batch):
    x = apply(challenge(f"x.{name}", (batch, 3)), dense(challenge, "a", 4, 3))
    return apply(1 / (1 + np.exp(-x)), dense(challenge, "b", 2, 4))


@telltale(
    "test-export",
    points=0.5,
    en="Another process cannot run the files of a network that was never hybridised or called: "
    "what does export need before it?",
    zh="网络从未混合化、也从未调用过时，另一个进程无法运行写出的文件：export 之前需要做什么？",
)
def never_called(challenge, evidence):
    return close(evidence("plain"), plain(challenge, "plain", 7), FINE)


@telltale(
    "test-export",
    points=0.25,
    en="The files must be named PREFIX-symbol.json and PREFIX-0000.params.",
    zh="文件名应当是 PREFIX-symbol.json 和 PREFIX-0000.params。",
)
def file_names(challenge, evidence):
    return close(evidence("file_names"), plain(challenge, "file_names", 4), FINE)


@telltale(
    "test-export",
    points=0.25,
    en="The input of the graph must be named data.",
    zh="图的输入应当名为 data。",
)
def input_name(challenge, evidence):
    return close(evidence("input_name"), plain(challenge, "input_name", 6), FINE)


@telltale(
    "test-export",
    points=0.5,
    en="A network whose shapes were not known yet is exported wrongly: let x tell the shapes, and "
    "leave the initialisation as it is.",
    zh="形状还不知道的网络导出得不对：应当由 x 来确定形状，并且不要改动初始化。",
)
def unknown_shapes(challenge, evidence):
    hidden = challenge("x.deferred", (7, 6)) @ challenge("deferred", (4, 6)).T
    return close(evidence("deferred"), apply(hidden, dense(challenge, "last", 2, 4)), FINE)


@telltale(
    "test-export",
    points=0.5,
    en="A deep network that was hybridised and called before must be exported too, each time with "
    "the values that it has now.",
    zh="早已混合化并调用过的深层网络也应当能导出，而且每次导出的都是当时的值。",
)
def hybridized_before(challenge, evidence):
    return all(
        close(evidence(name), deep(challenge, layers, challenge(f"x.{name}", (7, 3))))
        for name, layers in (("before", "old"), ("after", "new"))
    )


@telltale(
    "test-export",
    points=0.5,
    en="The files of a network with batch normalisation do not give its results: are the running "
    "statistics in the file, as they were?",
    zh="网络带有批量归一化时，写出的文件算不出它的结果：滑动统计量是否原样存进了文件？",
)
def batch_normalisation(challenge, evidence):
    expected = normalised(challenge, challenge("x.statistics", (7, 3)))
    return close(evidence("statistics"), expected, FINE)


@telltale(
    "test-export",
    points=0.5,
    en="A prefix with a folder in it must lead to files in that folder.",
    zh="前缀里带有文件夹时，文件应当写到那个文件夹里。",
)
def folder_of_export(challenge, evidence):
    return all(
        close(
            evidence(name),
            apply(challenge(f"x.{name}", (2, 4, 3)), dense(challenge, name, 2, 3)),
            FINE,
        )
        for name in ("relative", "absolute")
    )


@telltale(
    "test-export",
    points=0.5,
    en="Exporting must not change the network: its parameters and running statistics have other "
    "values afterwards, or no file was written.",
    zh="导出不应当改变网络：导出之后，它的参数或滑动统计量变了，或者根本没有写出文件。",
)
def values_kept(challenge, evidence):
    parts = [*dense(challenge, "dense", 4, 3), *statistics(challenge)]
    return close(evidence("kept"), row(parts), 1e-6)


# --- test-import ----------------------------------------------------------------------------------


@telltale(
    "test-import",
    points=0.5,
    en="The imported network does not compute what the exported one did, for twelve layers and two "
    "batch sizes.",
    zh="导入的网络算出的结果与导出前不同（十二个层，两种批量大小）。",
)
def outputs(challenge, evidence):
    x = challenge("x", (5, 3))
    parts = [deep(challenge, "layer", x), deep(challenge, "layer", x[:3] * 2)]
    return close(evidence("outputs"), np.concatenate(parts))


@telltale(
    "test-import",
    points=0.5,
    en="A network with batch normalisation is imported wrongly: keys with 'aux:' hold its running "
    "statistics.",
    zh="带有批量归一化的网络导入得不对：以 aux: 开头的键存的是滑动统计量。",
)
def imported_statistics(challenge, evidence):
    return close(evidence("statistics"), normalised(challenge, challenge("x", (5, 3))))


@telltale(
    "test-import",
    points=0.25,
    en="A prefix with a folder in it must be read from that folder.",
    zh="前缀里带有文件夹时，应当从那个文件夹读取。",
)
def folder_of_import(challenge, evidence):
    x = challenge("x", (5, 3))
    parts = [apply(x, dense(challenge, name, 2, 3)) for name in ("near", "far")]
    return close(evidence("sub_folder"), np.concatenate(parts))


@telltale(
    "test-import",
    points=0.25,
    en="Each call must read the files anew: they may have been written again since the last one.",
    zh="每次调用都应当重新读取文件：上一次之后，文件可能又写过了。",
)
def read_anew(challenge, evidence):
    x = challenge("x", (5, 3))
    parts = [apply(x, dense(challenge, name, 2, 3)) for name in ("first", "second")]
    return close(evidence("read_anew"), np.concatenate(parts))


@telltale(
    "test-import",
    points=0.5,
    en="What is returned must be a SymbolBlock that can be trained on: new values of its "
    "parameters change its outputs, and the gradient reaches all of them.",
    zh="返回的应当是可以继续训练的 SymbolBlock：参数换了值，输出就随之改变，梯度也能到达每个参数。",
)
def trainable(challenge, evidence):
    x, head = challenge("x", (5, 3)), challenge("head", (5, 2))
    first = challenge("changed.a_weight", (4, 3)), challenge("a.bias", (4,))
    second = challenge("changed.b_weight", (2, 4)), challenge("b.bias", (2,))
    hidden = apply(x, first)
    back = head @ second[0]
    grads = [back.T @ x, back.sum(axis=0), head.T @ hidden, head.sum(axis=0)]
    return each_close(evidence("trained"), [apply(hidden, second), *grads])
