"""Judge of the assignment custom-layer: what its hidden tests must report, computed in NumPy."""

from itertools import pairwise

import numpy as np

from autograder.judge import close, equal, telltale


def positive(challenge, name, shape):
    return np.abs(challenge(name, shape))


# --- test-centered --------------------------------------------------------------------------------


@telltale(
    "test-centered",
    points=0.5,
    en="CenteredLayer gives wrong numbers for x with one axis: subtract the mean of x, in each "
    "call that of the x of this call.",
    zh="x 只有一个轴时，CenteredLayer 的结果不对：要减去 x 的均值，而且每次调用都用这次的 x 来求。",
)
def one_axis(challenge, evidence):
    parts = [x - x.mean() for x in (challenge(f"part{i}", 5 + i) for i in range(5))]
    return close(evidence("one_axis"), np.concatenate(parts))


@telltale(
    "test-centered",
    points=0.75,
    en="CenteredLayer gives wrong numbers or a wrong shape for x with two, three or four axes: "
    "there is one mean, over all elements.",
    zh="x 有两个、三个或四个轴时，CenteredLayer 的结果或形状不对：均值只有一个，是对全部元素求的。",
)
def any_axes(challenge, evidence):
    shapes = (4, 3), (2, 3, 4), (3, 1, 2, 2)
    arrays = {f"{len(shape)} axes": challenge(f"{len(shape)} axes", shape) for shape in shapes}
    return all(close(evidence(name), x - x.mean()) for name, x in arrays.items())


@telltale(
    "test-centered",
    points=0.5,
    en="CenteredLayer changes the array that it is given: make a new array.",
    zh="CenteredLayer 改变了传给它的数组：应当新建一个数组。",
)
def centered_input_kept(challenge, evidence):
    # The mean of positive numbers is not near zero: the result differs from x.
    x, found = positive(challenge, "kept", 6), evidence("input_kept")
    return close(found[:6], x) and found.shape == (12,) and not close(found[6:], x)


@telltale(
    "test-centered",
    points=0.75,
    en="The gradient of CenteredLayer is wrong: x acts directly and through the mean. Does the "
    "mean stay an NDArray, computed by operators of nd?",
    zh="CenteredLayer 的梯度不对：x 既直接起作用，又通过均值起作用。均值一直是由 nd 的运算得到的 "
    "NDArray 吗？",
)
def centered_gradient(challenge, evidence):
    w = positive(challenge, "w", 6)
    return close(evidence("slope"), w - w.mean())


@telltale(
    "test-centered",
    points=0.5,
    en="In a network, between dense layers and used several times, CenteredLayer gives a wrong "
    "result.",
    zh="放进网络，夹在全连接层之间并用上几次，CenteredLayer 的结果就不对了。",
)
def centered_in_network(challenge, evidence):
    x = np.stack([challenge(f"rows{i}", (5, 3)) for i in range(3)])
    for name in [*(f"layer{i}" for i in range(6)), "inner"]:
        x = x @ challenge(f"{name}.weight", (3, 3)).T + challenge(f"{name}.bias", (3,))
        x = x - x.mean(axis=(1, 2), keepdims=True)
    return close(evidence("in_network"), x.reshape(15, 3))


# --- the parts of a dense layer -------------------------------------------------------------------


def dense(challenge, name, units, in_units):
    """Return the weight (in_units, units) and the bias (units,) that the hidden tests set: odd
    multiples of 1/2048."""
    shapes = {"weight": (in_units, units), "bias": (units,)}
    drawn = (positive(challenge, f"{name}.{key}", shape) for key, shape in shapes.items())
    return tuple((np.floor(1024 * v) + 0.5) / 1024 for v in drawn)


def apply(x, *layers):
    """Return what a chain of layers makes of x, of shape (rows, in_units)."""
    for weight, bias in layers:
        x = np.maximum(x @ weight + bias, 0)
    return x


def slopes(x, layer, head):
    """Return the gradients of (head * layer(x)).sum(): for x, for the weight and for the bias."""
    weight, bias = layer
    head = head * (x @ weight + bias > 0)
    return head @ weight.T, x.T @ head, head.sum(axis=0)


def joined(arrays):
    return np.concatenate([array.ravel() for array in arrays])


def both_signed(challenge):
    """Return inputs (15, 3) of even numbers: with them, x W + b is exact and never zero, so that no
    rounding decides what relu does."""
    return 2 * np.round(2 * challenge("both signs", (15, 3)))


# --- test-dense -----------------------------------------------------------------------------------


@telltale(
    "test-dense",
    points=0.5,
    en="The product of MyDense is wrong: x W, with x on the left and one column of W for each "
    "unit. Do two instances differ, and may x have any number of rows?",
    zh="MyDense 的乘积不对：应当是 x W，x 在左边，W 的每一列对应一个输出。两个实例互不影响吗？x "
    "有几行都可以吗？",
)
def product(challenge, evidence):
    parts = []
    for rows in (5, 1):
        x = positive(challenge, f"{rows} rows", (rows, 3))
        for name, units in (("a", 4), ("b", 2)):
            parts.append(x / 2 @ dense(challenge, name, units, 3)[0])
    return close(evidence("differences"), joined(parts))


@telltale(
    "test-dense",
    points=0.5,
    en="MyDense does not add its bias to x W: one number for each unit.",
    zh="MyDense 没有把偏置正确地加到 x W 上：每个输出对应一个数。",
)
def added_bias(challenge, evidence):
    x = np.concatenate([positive(challenge, f"{rows} rows", (rows, 3)) for rows in (5, 1)])
    return close(evidence("with_bias"), apply(x, dense(challenge, "a", 4, 3)))


@telltale(
    "test-dense",
    points=0.75,
    en="Where x W + b is negative, MyDense must give zero: is relu the last thing that it does?",
    zh="x W + b 为负的地方，MyDense 应当得到零：relu 是最后一步吗？",
)
def relu(challenge, evidence):
    x = both_signed(challenge)
    return close(evidence("both_signs"), apply(x, dense(challenge, "a", 4, 3)))


@telltale(
    "test-dense",
    points=0.25,
    en="MyDense changes the array that it is given: make a new array.",
    zh="MyDense 改变了传给它的数组：应当新建一个数组。",
)
def dense_input_kept(challenge, evidence):
    found = evidence("input_kept")
    return found.shape == (5, 7) and close(found[:, :3], challenge("kept", (5, 3)))


@telltale(
    "test-dense",
    points=0.5,
    en="The gradients of MyDense for x, weight and bias are wrong or missing: does forward use "
    "only operators of nd, and never write into an array?",
    zh="MyDense 对 x、权重和偏置的梯度不对，或者没有：forward 是不是只用 nd 的运算，而且从不往已"
    "有的数组里写？",
)
def dense_gradient(challenge, evidence):
    x, head = positive(challenge, "5 rows", (5, 3)), challenge("head", (5, 4))
    expected = slopes(x, dense(challenge, "a", 4, 3), head)
    return close(evidence("positive_slopes"), joined(expected))


@telltale(
    "test-dense",
    points=0.25,
    en="The gradient through relu is wrong: it is zero where x W + b is negative.",
    zh="经过 relu 的梯度不对：x W + b 为负的地方，梯度应当是零。",
)
def relu_gradient(challenge, evidence):
    x, head = both_signed(challenge), challenge("head", (15, 4))
    expected = slopes(x, dense(challenge, "a", 4, 3), head)
    return close(evidence("relu_slopes"), joined(expected))


@telltale(
    "test-dense",
    points=0.25,
    en="A trainer made from collect_params() does not train MyDense as it should.",
    zh="用 collect_params() 创建的训练器没有正确地训练 MyDense。",
)
def trained(challenge, evidence):
    x, head = positive(challenge, "5 rows", (5, 3)), -positive(challenge, "head", (5, 4))
    weight, bias = dense(challenge, "a", 4, 3)
    for _ in range(2):
        _, weight_slope, bias_slope = slopes(x, (weight, bias), head)
        weight, bias = weight - 2 / 5 * weight_slope, bias - 2 / 5 * bias_slope
    return close(evidence("trained"), apply(x, (weight, bias)))


# --- test-parameters ------------------------------------------------------------------------------


def constants(challenge):
    return [float(abs(v)) + 0.1 for v in challenge("values", 4)]


@telltale(
    "test-parameters",
    points=0.5,
    en="MyDense(units, in_units) must have a weight of shape (in_units, units) and a bias of "
    "shape (units,), as attributes weight and bias.",
    zh="MyDense(units, in_units) 的属性 weight 和 bias，形状应当分别是 (in_units, units) 和 "
    "(units,)。",
)
def shapes(challenge, evidence):
    expected = []
    for v in np.abs(challenge("sizes", (6, 2))):
        in_units, units = 2 + int(v[0] * 7), 10 + int(v[1] * 7)
        expected += [in_units, units, -1, units]
    return equal(evidence("shapes"), expected)


@telltale(
    "test-parameters",
    points=0.25,
    en="collect_params('.*weight') and collect_params('.*bias') do not find the two parameters: "
    "are both made by self.params.get, under these names?",
    zh="collect_params('.*weight') 和 collect_params('.*bias') 没有找到这两个参数：它们是用 "
    "self.params.get 以这两个名字创建的吗？",
)
def collected(challenge, evidence):
    x, values = positive(challenge, "x", (5, 3)), constants(challenge)
    layers = [(np.full((3, 4), w), np.full(4, b)) for w, b in pairwise(values)]
    return close(evidence("collected"), np.concatenate([apply(x, layer) for layer in layers]))


@telltale(
    "test-parameters",
    points=0.25,
    en="MyDense(units, in_units, prefix=..., params=...) must pass its keyword arguments on to "
    "nn.Block; with params, layers share parameters.",
    zh="MyDense(units, in_units, prefix=..., params=...) 应当把关键字参数传给 nn.Block；有了 "
    "params，层与层才能共享参数。",
)
def keyword_arguments(challenge, evidence):
    letters = "".join(chr(97 + int(abs(v) * 26)) for v in challenge("prefix", (8,)))
    names = [letters, f"{letters}_", f"{letters}_other_"]
    x = positive(challenge, "x", (5, 3))
    expected = apply(x, dense(challenge, "shared", 4, 3))
    return equal(evidence("names"), names) and close(evidence("shared"), expected)


@telltale(
    "test-parameters",
    points=0.25,
    en="The initialiser passed to initialize must fill the weight: is there one already, or does "
    "the layer initialise itself?",
    zh="权重应当由传给 initialize 的初始化器来填充：是不是已经另外指定了初始化器，或者层自己做了"
    "初始化？",
)
def any_initialiser(challenge, evidence):
    expected = [np.full(12, value) for value in constants(challenge)]
    return close(evidence("initialized"), np.concatenate(expected))


@telltale(
    "test-parameters",
    points=0.5,
    en="The bias must begin with zeros under every initialiser: does it name its own?",
    zh="不论用哪个初始化器，偏置都应当从零开始：它指定了自己的初始化器吗？",
)
def zero_bias(challenge, evidence):
    value = constants(challenge)[0]
    x = positive(challenge, "x", (5, 3))
    expected = apply(x, (np.full((3, 4), value), np.zeros(4)))
    found = evidence("zero_bias")
    return close(found[:20], expected.ravel()) and found.size > 20 and not found[20:].any()


@telltale(
    "test-parameters",
    points=0.25,
    en="After the parameters have changed, MyDense computes with the old ones: read them by "
    "data(x.context) in every forward.",
    zh="参数改变以后，MyDense 还在用旧的：每次前向计算都要用 data(x.context) 读取。",
)
def changed(challenge, evidence):
    x = positive(challenge, "x", (5, 3))
    parts = [apply(x, dense(challenge, name, 4, 3)) for name in ("a", "b", "c")]
    value = constants(challenge)[0]
    weight, _ = dense(challenge, "c", 4, 3)
    parts.append(apply(x, (weight, np.full(4, value))))
    return close(evidence("changed"), np.concatenate(parts))


# --- test-network ---------------------------------------------------------------------------------


@telltale(
    "test-network",
    points=0.5,
    en="A MyDense that lives on cpu(1) and cpu(4), say, but not on cpu(0), fails there, or its "
    "result is on another device than x: read the parameters by data(x.context).",
    zh="不在 cpu(0) 上、而是放在（例如）cpu(1) 和 cpu(4) 上的 MyDense 用不了，或者结果不在 x 所在"
    "的设备上：请用 data(x.context) 读取参数。",
)
def other_device(challenge, evidence):
    x, rows = positive(challenge, "x", (1, 3)), []
    for i in np.argsort(challenge("devices", 3)) + 1:
        rows.append(np.append(apply(x, dense(challenge, f"on{i}", 4, 3)), i))
    found, rows = evidence("elsewhere"), np.array(rows)
    return close(found, rows) and np.array_equal(found[:, 4], rows[:, 4])


@telltale(
    "test-network",
    points=0.5,
    en="A MyDense that lives on two devices leaves a gradient on the wrong one: read weight and "
    "bias by data(x.context).",
    zh="放在两个设备上的 MyDense 把梯度写到了另一个设备上：权重和偏置都要用 data(x.context) 读取。",
)
def two_devices(challenge, evidence):
    x, head = positive(challenge, "parts", (7, 3)), challenge("head", (7, 4))
    layer = dense(challenge, "both", 4, 3)
    (_, weight0, bias0), (_, weight1, bias1) = (
        slopes(x[part], layer, head[part]) for part in (slice(0, 3), slice(3, 7))
    )
    return close(evidence("two_devices"), joined([bias0, bias1, weight0, weight1]))


@telltale(
    "test-network",
    points=0.25,
    en="A network of fourteen MyDense, one of them used twice and two in an inner network, "
    "fails: does each layer have a prefix and parameters of its own?",
    zh="由十四个 MyDense 组成的网络出了错，其中一个用了两次，两个在内层的网络里：每个层都有自己的"
    "前缀和自己的参数吗？",
)
def many_layers(challenge, evidence):
    layers = [dense(challenge, f"layer{i}", 3, 3) for i in range(14)]
    x = positive(challenge, "x", (1, 3))
    each = np.concatenate([apply(x, layer) for layer in layers])
    expected = apply(x, *layers, layers[0])
    return close(evidence("many_layers"), expected) and close(evidence("each_layer"), each)


@telltale(
    "test-network",
    points=0.5,
    en="A second network that has read the file of the first gives another result: is each "
    "parameter assigned to an attribute of its own?",
    zh="另一个网络读了第一个网络的文件，结果却不同：每个参数都赋给自己的属性了吗？",
)
def network_file(challenge, evidence):
    layers = dense(challenge, "net.a", 4, 3), dense(challenge, "net.b", 5, 4)
    return close(evidence("network-file"), apply(positive(challenge, "rows", (5, 3)), *layers))


@telltale(
    "test-network",
    points=0.25,
    en="A MyDense outside any network cannot read the file of another one: do the attributes "
    "have the names of their parameters?",
    zh="单独的 MyDense 读不了另一个 MyDense 的文件：属性和参数同名吗？",
)
def own_file(challenge, evidence):
    layer = dense(challenge, "own.a", 4, 3)
    return close(evidence("own-file"), apply(positive(challenge, "rows", (5, 3)), layer))
