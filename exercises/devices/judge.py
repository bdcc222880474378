"""Judge of the assignment devices: what its hidden tests must report, computed in NumPy."""

import numpy as np

from autograder.judge import close, equal, telltale

# --- test-gpus ------------------------------------------------------------------------------------

COUNTS, NUMBERS = (0, 1, 2, 3, 11, 12), (0, 1, 2, 3, 10, 11)
CPU, GPU = 1, 2  # Context.device_typeid


def asked(challenge, evidence):
    """Return the count and the number of each call, and the reported kind and number."""
    order = challenge("order", 36).argsort()
    found = evidence("grid")
    if found.shape != (36, 2):
        found = np.full((36, 2), -1)
    count, number = (np.array(values) for values in (COUNTS, NUMBERS))
    return count[order // 6], number[order % 6], found[:, 0], found[:, 1]


@telltale(
    "test-gpus",
    points=0.5,
    en="Where GPU number i exists by MXNet's count, try_gpu(i) must be mx.gpu(i), a device and not "
    "a text; where there is no GPU at all, it must not be one.",
    zh="按 MXNet 数出的块数，编号为 i 的 GPU 存在时，try_gpu(i) 应当是 mx.gpu(i)，"
    "是设备而不是一段文字；一块 GPU 都没有时，它不应当是 GPU。",
)
def gpu_there(challenge, evidence):
    count, number, kind, found = asked(challenge, evidence)
    there = number < count
    without_any = (count == 0) & (number > 0)
    return bool(
        np.all(kind[there] == GPU)
        and np.array_equal(found[there], number[there])
        and np.all(kind[without_any] == CPU)
    )


@telltale(
    "test-gpus",
    points=0.75,
    en="GPU number i exists only if i is less than the count: the one after the last, and all "
    "beyond, must not be returned.",
    zh="只有 i 小于块数时，编号为 i 的 GPU 才存在：最后一块之后的编号，"
    "无论差一还是差更多，都不应返回 GPU。",
)
def gpu_missing(challenge, evidence):
    count, number, kind, _ = asked(challenge, evidence)
    return bool(np.array_equal(kind, np.where(number < count, GPU, CPU)))


@telltale(
    "test-gpus",
    points=0.25,
    en="Where the GPU does not exist the result must be mx.cpu(), whatever i and the current "
    "device are.",
    zh="GPU 不存在时，无论 i 是几、当前设备是哪个，结果都应当是 mx.cpu()。",
)
def first_cpu(challenge, evidence):
    count, number, kind, found = asked(challenge, evidence)
    missing = number >= count
    cpus = missing & (kind == CPU)
    # So that guessing between the two does not pay.
    mostly_right = np.mean((kind == CPU) == missing) > 0.75
    return bool(mostly_right and np.any(cpus) and np.all(found[cpus] == 0))


@telltale(
    "test-gpus",
    points=0.5,
    en="try_gpu() without an argument must be the same as try_gpu(0).",
    zh="不带参数的 try_gpu() 应当与 try_gpu(0) 相同。",
)
def default_number(challenge, evidence):
    count = np.array([*COUNTS[1:], *[0] * 5] * 3)[challenge("default", 30).argsort()]
    expected = np.stack([np.where(count > 0, GPU, CPU), np.zeros(30, int)], axis=1)
    return close(evidence("default"), expected)


# --- test-move ------------------------------------------------------------------------------------


def places(challenge):
    """Return the pairs of devices, from and to, that the tests move between."""
    return [divmod(int(k) % 9, 3) for k in challenge("pairs", 36).argsort()]


@telltale(
    "test-move",
    points=0.5,
    en="An array that lies on the device already must be returned itself, not a copy of it; one "
    "that does not, must not. Compare devices by ==.",
    zh="数组已经在那个设备上时，应当返回它本身，而不是副本；不在时则不应返回它本身。"
    "比较设备要用 ==。",
)
def same_object(challenge, evidence):
    return equal(evidence("same"), [int(a == b) for a, b in places(challenge)])


@telltale(
    "test-move",
    points=0.5,
    en="The result does not lie on the device asked for; cpu(0) and cpu(1) are different devices.",
    zh="结果不在所要求的设备上；cpu(0) 和 cpu(1) 是不同的设备。",
)
def moved(challenge, evidence):
    return equal(evidence("moved"), [f"cpu({target})" for _, target in places(challenge)])


@telltale(
    "test-move",
    points=0.25,
    en="The result must have the values of x, and x itself must stay as and where it is.",
    zh="结果的值应当与 x 相同，而 x 自己应当保持原样，留在原处。",
)
def values(challenge, evidence):
    expected = []
    for source, target in places(challenge):
        x = challenge(f"x{source}{target}", (3, 2)).ravel()
        expected += [x, [target], x, [source]]
    return close(evidence("values"), np.concatenate(expected))


@telltale(
    "test-move",
    points=0.25,
    en="Numbers of another dtype than float32 do not arrive as they were: dtype, shape and every "
    "digit must stay.",
    zh="dtype 不是 float32 的数没有原样到达：dtype、形状和每一位数字都应当不变。",
)
def dtype(challenge, evidence):
    kinds = ("float16", "float64", "int32", "int64", "uint8")
    numbers = []
    for kind in kinds:
        drawn = challenge(kind, (2, 3, 2)).astype("float64") / 3
        wide = np.abs(drawn) * (600 if kind == "uint8" else 2**31)
        drawn = drawn if kind.startswith("float") else wide
        numbers.append(drawn.astype(kind).astype("float64").ravel())
    return equal(evidence("dtypes"), [f"{kind} (2, 3, 2) cpu(2)" for kind in kinds]) and equal(
        evidence("typed_values"), np.concatenate(numbers)
    )


@telltale(
    "test-move",
    points=1,
    en="Under record() the gradient does not reach the original array: is the move done by NDArray "
    "operations, without attach_grad, detach or NumPy?",
    zh="在 record() 里面，梯度没有到达原来的数组：移动时用的是 NDArray 运算吗？"
    "有没有用到 attach_grad、detach 或 NumPy？",
)
def gradient(challenge, evidence):
    expected = []
    for source, target in places(challenge):
        x, head = (challenge(f"{name}{source}{target}", (3, 2)) for name in ("x", "head"))
        expected += [(4 * x * head).ravel(), [source, target, source]]
    return close(evidence("gradient"), np.concatenate(expected))


# --- test-step ------------------------------------------------------------------------------------


def mean_and_gradients(parameters, x, y, classes):
    """Return the mean loss of the network 3 -> 4 -> 2, and the gradients of its parameters."""
    first, first_bias, second, second_bias = parameters
    hidden = np.tanh(x @ first.T + first_bias)
    out = hidden @ second.T + second_bias
    if classes:
        share = np.exp(out) / np.exp(out).sum(axis=1, keepdims=True)
        chosen = np.stack([1 - y, y], axis=1)
        mean, head = -np.log((share * chosen).sum(axis=1)).mean(), share - chosen
    else:
        mean, head = ((out - y) ** 2).mean() / 2, (out - y) / 2
    head = head / len(x)
    inner = (head @ second) * (1 - hidden**2)
    return mean, [inner.T @ x, inner.sum(axis=0), head.T @ hidden, head.sum(axis=0)]


def train(
    challenge, name, sizes, *, classes=False, frozen=False, learning_rate=0.5, momentum=0, wd=0
):
    """Return the parameters after a step for each batch size, and the losses before each."""
    shapes = {"a.weight": (4, 3), "a.bias": (4,), "b.weight": (2, 4), "b.bias": (2,)}
    parameters = [challenge(key, shape).astype(float) for key, shape in shapes.items()]
    velocity = [np.zeros_like(p) for p in parameters]
    losses = []
    for i, size in enumerate(sizes):
        x = challenge(f"{name}.x{i}", (size, 3)).astype(float)
        y = challenge(f"{name}.y{i}", (size, 2)).astype(float)
        y = (y[:, 0] > 0).astype(float) if classes else y
        mean, gradients = mean_and_gradients(parameters, x, y, classes)
        losses.append(mean)
        for k in range(2 if frozen else 0, 4):
            step = gradients[k] + wd * parameters[k]
            velocity[k] = momentum * velocity[k] - learning_rate * step
            parameters[k] = parameters[k] + velocity[k]
    return np.concatenate([p.ravel() for p in parameters]), losses


def trained(challenge, evidence, key, name, sizes, devices, **settings):
    """Whether every replica is what one device makes with the whole batch."""
    expected, _ = train(challenge, name, sizes, **settings)
    return close(evidence(key), np.tile(expected, (devices, 1)))


@telltale(
    "test-step",
    points=0.5,
    en="Eight rows on two devices do not give the step of the whole batch: backward for every "
    "part, each row once, the sum of the gradients divided by the number of all rows.",
    zh="八行分给两个设备，结果不是整个小批量的那一步：每一份都要 backward，每一行只算一次，"
    "梯度之和要除以全部行数。",
)
def even_batch(challenge, evidence):
    return trained(challenge, evidence, "even", "even", [8], 2)


@telltale(
    "test-step",
    points=0.75,
    en="Five or seven rows on two devices do not give the step of the whole batch: the parts "
    "differ in size, no row may be left out, and all weigh the same.",
    zh="五行或七行分给两个设备，结果不是整个小批量的那一步：各份大小不同，"
    "一行也不能漏掉，每一行的比重都相同。",
)
def odd_batch(challenge, evidence):
    return all(trained(challenge, evidence, f"odd{n}", f"odd{n}", [n], 2) for n in (5, 7))


@telltale(
    "test-step",
    points=0.25,
    en="The loss that is given must be used, whatever it is and whatever shape its labels have.",
    zh="应当使用传进来的损失函数，不管它是哪一种，也不管标签是什么形状。",
)
def given_loss(challenge, evidence):
    return trained(challenge, evidence, "given-loss", "given", [6], 2, classes=True)


@telltale(
    "test-step",
    points=0.5,
    en="One device that is not cpu(0), or three in another order, do not give the step of the "
    "whole batch.",
    zh="只有一个设备而且不是 cpu(0)，或者三个设备且次序不同时，结果不是整个小批量的那一步。",
)
def any_devices(challenge, evidence):
    one = trained(challenge, evidence, "one-device", "one", [5], 1)
    return one and trained(challenge, evidence, "three-devices", "three", [9], 3)


@telltale(
    "test-step",
    points=0.5,
    en="Fewer rows than devices in the first step: no error may come of the devices without rows, "
    "and their replicas must make the same step.",
    zh="第一步的行数就少于设备数：没有分到行的设备不应引起报错，它们的副本也要走同样的一步。",
)
def few_rows(challenge, evidence):
    one = trained(challenge, evidence, "first-row", "first", [1], 2)
    return one and trained(challenge, evidence, "first-rows", "firsts", [2], 3)


@telltale(
    "test-step",
    points=0.5,
    en="Seven rows on three devices, then two, one and three: does the gradient of an earlier step "
    "lie on a device that got no rows, and is added again?",
    zh="三个设备，先来七行，再来两行、一行、三行：没有分到行的设备上，"
    "是不是还留着以前的梯度，又被加了一遍？",
)
def stale_gradients(challenge, evidence):
    return trained(challenge, evidence, "later-rows", "later", [7, 2, 1, 3], 3)


@telltale(
    "test-step",
    points=0.25,
    en="A network whose first layer is frozen: its parameters have no gradient arrays, and must "
    "stay; the others must make the step.",
    zh="网络的第一层被冻结：它的参数没有梯度数组，应当保持不变，其余参数照常走一步。",
)
def frozen(challenge, evidence):
    return trained(challenge, evidence, "frozen", "frozen", [4, 1], 2, frozen=True)


@telltale(
    "test-step",
    points=0.5,
    en="Momentum, weight decay or learning rate are lost or changed: use the trainer that you are "
    "given, and leave its settings.",
    zh="动量、权重衰减或学习率丢失了，或者被改动了：请使用传进来的训练器，不要改它的设置。",
)
def trainer_settings(challenge, evidence):
    rate = 0.2 + 0.2 * abs(float(challenge("rate", ())))
    settings = {"learning_rate": rate, "momentum": 0.9, "wd": 0.2}
    steps = trained(challenge, evidence, "memory", "memory", [8, 6, 8], 2, **settings)
    return steps and np.allclose(evidence("kept"), [rate, 0.9, 0.2], rtol=1e-5)


def drawn_rows(challenge, kind):
    """Return a number of rows: even, odd, or two more than a multiple of three."""
    times, more = {"even": (2, 0), "odd": (2, 1), "three": (3, 2)}[kind]
    return more + times * (2 + int(abs(challenge(f"rows {kind}", ())) * 40))


@telltale(
    "test-step",
    points=0.5,
    en="The rows are not split among the devices: their numbers must differ by one at most.",
    zh="各行没有平分给各个设备：任意两个设备分到的行数最多相差一。",
)
def shares(challenge, evidence):
    for kind, devices in (("even", 2), ("odd", 2), ("three", 3)):
        rows, found = drawn_rows(challenge, kind), evidence(f"shares-{kind}")
        least, most = rows // devices, -(-rows // devices)
        inside = all(least <= n <= most for n in found[:devices])
        if not (inside and sum(found) >= rows and sum(found[devices:]) == 0):
            return False
    return True


@telltale(
    "test-step",
    points=0.5,
    en="Prediction and label of a row must lie on the same device, that of the row; x and y may "
    "come from anywhere.",
    zh="一行的预测和标签应当在同一个设备上，也就是这一行所在的设备；x 和 y 原来可能在任何地方。",
)
def labels_moved(challenge, evidence):
    calls = np.reshape(evidence("together"), (-1, 3))
    # Some call the loss again for the mean that they return.
    times, over = divmod(calls[:, 2].sum(), drawn_rows(challenge, "even"))
    split = set(calls[:, 0]) == {0, 1} and times in (1, 2) and over == 0
    return bool(split and np.array_equal(calls[:, 0], calls[:, 1]))


def losses_right(challenge, evidence, rows):
    """Whether the reported losses, numbers or NDArrays, are the means before the step.

    One wrong loss agrees by chance once in some hundred times; eight do not.
    """
    expected = [train(challenge, f"loss{rows}.{i}", [rows])[1] for i in range(8)]
    return close(evidence(f"loss{rows}"), np.concatenate(expected))


@telltale(
    "test-step",
    points=0.5,
    en="The result is not the mean loss over all rows from before the update, with eight or with "
    "seven rows.",
    zh="八行或七行时，返回值不是更新之前全部行的平均损失。",
)
def mean_loss(challenge, evidence):
    return losses_right(challenge, evidence, 8) and losses_right(challenge, evidence, 7)


@telltale(
    "test-step",
    points=0.25,
    en="The result for an even batch must be the mean loss as a number, not an NDArray.",
    zh="行数能平分时，返回值应当是平均损失，而且是一个数，不是 NDArray。",
)
def loss_is_a_number(challenge, evidence):
    return equal(evidence("numbers"), [True] * 8) and losses_right(challenge, evidence, 8)
