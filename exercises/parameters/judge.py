"""Judge of the assignment parameters: what its hidden tests must report, computed in NumPy."""

import re

import numpy as np

from autograder.judge import close, equal, telltale

# --- test-count -----------------------------------------------------------------------------------


def widths(challenge, name, number):
    return [3 + 7 * i + int(abs(v) * 7) for i, v in enumerate(challenge(name, (number,)))]


def dense_size(units, in_units):
    """Return how many numbers a Dense layer holds: its weight and its bias."""
    return units * in_units + units


def counted(challenge, evidence, name, number, count):
    """Whether the counts of eight networks are right; ``count`` computes one from the widths."""
    expected = [count(*widths(challenge, f"{name}{i}", number)) for i in range(8)]
    return equal(evidence(name), np.array(expected))


@telltale(
    "test-count",
    points=0.5,
    en="The count of two dense layers is wrong, or is not an int: a parameter holds as many "
    "numbers as its shape says, and a bias is a parameter too.",
    zh="两个全连接层的计数不对，或者不是 int：参数有多少个数由形状决定，偏置也是参数。",
)
def plain(challenge, evidence):
    def count(a, b, c):
        return dense_size(b, a) + dense_size(c, b)

    are_ints = evidence("plain").dtype.kind == "i"  # the other tell-tales do not insist on it
    return are_ints and counted(challenge, evidence, "plain", 3, count)


@telltale(
    "test-count",
    points=0.5,
    en="Parameters are missed in blocks within blocks, in a block with parameters of its own, or "
    "among layers of equal shape: how far does your function descend?",
    zh="块里还有块、块自己带有参数、或几个层形状相同的时候，漏掉了参数：你的函数往下找了几层？",
)
def nested(challenge, evidence):
    def count(a, b, c):
        blocks = dense_size(a, b) + dense_size(b, a) + b + dense_size(a, b) + a
        return blocks + 12 * dense_size(c, c)

    return counted(challenge, evidence, "nested", 3, count)


@telltale(
    "test-count",
    points=0.5,
    en="A parameter that several layers share, or that a block brings along when it is added "
    "twice, must count once; an equal parameter of another layer counts by itself.",
    zh="几个层共享的参数，或者同一个块追加两次时带来的参数，只计一次；别的层里形状相同的参数则要另计。",
)
def shared(challenge, evidence):
    def count(a, b):
        return 2 * dense_size(a, a) + dense_size(b, a)

    return counted(challenge, evidence, "shared", 2, count)


@telltale(
    "test-count",
    points=0.5,
    en="What is trained? Not a frozen layer, and not the running statistics of batch "
    "normalisation; but a parameter that adds up its gradients is.",
    zh="哪些参数参与训练？冻结的层不参与，批量归一化的滑动统计量也不参与；累加梯度的参数则参与。",
)
def untrained(challenge, evidence):
    def count(a, b):
        return 2 * a + dense_size(b, a) + dense_size(a, b)

    return counted(challenge, evidence, "untrained", 2, count)


@telltale(
    "test-count",
    points=0.25,
    en="A network that has not been initialised is to be counted, and left so: ask for shapes, not "
    "for values.",
    zh="没有初始化的网络也要能清点，而且清点之后仍未初始化：要问的是形状，不是值。",
)
def uninitialised(challenge, evidence):
    def count(a, b):
        return dense_size(b, a) + dense_size(2, b)

    weights = []
    for i in range(8):
        a, b = widths(challenge, f"uninitialised{i}", 2)
        weights.append(np.full(a * b, challenge(f"value{i}", ())))
    later = close(evidence("initialised_later"), np.concatenate(weights))
    return later and counted(challenge, evidence, "uninitialised", 2, count)


@telltale(
    "test-count",
    points=0.25,
    en="A parameter that lies on two devices must count once.",
    zh="放在两个设备上的参数只计一次。",
)
def two_devices(challenge, evidence):
    def count(a, b):
        return dense_size(b, a) + dense_size(a, b)

    return counted(challenge, evidence, "two_devices", 2, count)


# --- test-init ------------------------------------------------------------------------------------


def constants(challenge, *rows):
    """Return rows of three drawn values, each (number of rows, name of the values), joined."""
    return np.concatenate([np.tile(challenge(name, 3), number) for number, name in rows])


@telltale(
    "test-init",
    points=0.5,
    en="A weight that a rule matches does not get the values of its initialiser, or does so only "
    "the first time: it had values already.",
    zh="规则匹配的权重没有得到初始化器的值，或者只在第一次得到：它原来已经有值了。",
)
def weights(challenge, evidence):
    return close(evidence("weights"), constants(challenge, (9, "later")))


@telltale(
    "test-init",
    points=0.75,
    en="A parameter whose layer names an initialiser (every bias of nn.Dense does), or whose name "
    "is neither weight nor bias, does not obey the rule: who decides about its first values?",
    zh="有的参数不听从规则：它所在的层指定了初始化器（nn.Dense 的偏置就是如此），"
    "或者它的名字既不是 weight 也不是 bias。它的初值由谁决定？",
)
def own_initialisers(challenge, evidence):
    return close(evidence("own_initialisers"), constants(challenge, (3 + 1 + 1 + 1 + 1, "own")))


@telltale(
    "test-init",
    points=0.5,
    en="Several rules match a parameter, and it is not the first of them that decides.",
    zh="有几条规则都与某个参数匹配时，起作用的不是其中第一条。",
)
def first_rule(challenge, evidence):
    expected = constants(challenge, (3, "rule1"), (3, "rule0"), (3, "rule1"))
    return close(evidence("first_rule"), expected)


@telltale(
    "test-init",
    points=0.25,
    en="A pattern must match as re.match does: from the start of the name on, and not necessarily "
    "to its end.",
    zh="模式应当像 re.match 那样匹配：从名字的开头起，不必到结尾。",
)
def open_end(challenge, evidence):
    names = [f"layer{i}" for i in range(12)] + ["my_layer1", "my_layer3"]
    values = {1: "open end", 3: "group", 7: "group", 10: "open end", 11: "open end"}
    expected = [
        np.tile(challenge(values[i], 2), 2)
        if i in values
        else challenge(f"{name}.weight", (2, 2)).ravel()
        for i, name in enumerate(names)
    ]
    return close(evidence("from_the_start"), np.concatenate(expected))


@telltale(
    "test-init",
    points=0.25,
    en="A parameter that no rule matches has changed.",
    zh="没有规则匹配的参数变了。",
)
def unmatched(challenge, evidence):
    expected = []
    for name in "abc":
        weight = challenge(f"{name}.weight", (3, 3)).ravel()
        expected += [weight, challenge(f"{name}.bias", (3,))]
    expected[2] = constants(challenge, (3, "only one"))
    found, expected = evidence("unmatched"), np.concatenate(expected)
    kept = np.r_[0:12, 21:36]
    return close(found, expected) and equal(found[kept], expected[kept].astype(np.float32))


@telltale(
    "test-init",
    points=0.5,
    en="A parameter must stay on its device or devices, with the same values on each.",
    zh="参数应当留在原来的一个或几个设备上，在各个设备上的值也应当相同。",
)
def devices(challenge, evidence):
    places = ["cpu(1)", "cpu(0) cpu(1)", "cpu(1) cpu(2)", "cpu(0)"]
    found = evidence("replicas")
    if not equal(evidence("placed"), places) or found.shape != (6, 5, 5):
        return False
    # Each of the four weights is drawn for itself, from far beyond the default of ±0.07.
    scale = 1.5 + float(challenge("scale", ()))
    drawn = found[[0, 1, 3, 5]].reshape(4, 25)
    return bool(
        np.array_equal(found[1], found[2])
        and np.array_equal(found[3], found[4])
        and 0.85 * scale < np.abs(drawn).max() <= scale * 1.0001
        and (np.abs(drawn).max(axis=1) > 0.2).all()
        and len(np.unique(drawn)) > 90
    )


@telltale(
    "test-init",
    points=0.25,
    en="A parameter whose initialisation is deferred must get the values of its rule at the first "
    "forward computation, and one that no rule matches those that it was to get.",
    zh="还在延后初始化的参数，应当在第一次前向计算时得到规则中的值；没有规则匹配的，则得到原来要填的值。",
)
def deferred(challenge, evidence):
    first, second = challenge("by rule", (4, 3)), challenge("as announced", (2, 4))
    out = challenge("x", (5, 3)) @ first.T @ second.T
    return close(evidence("deferred"), out)


# --- test-half-zero -------------------------------------------------------------------------------


def many_draws(evidence):
    """Return the 40000 values of a weight, or zeros where there are fewer."""
    found = evidence("many")
    return found if found.shape == (200, 200) else np.zeros((200, 200))


def magnitudes_kept(evidence):
    """Return the absolute values from 5 up; of 20000 that are to be expected 5000 will do."""
    found = np.abs(many_draws(evidence))
    kept = found[found >= 5]
    return kept if len(kept) >= 5000 else np.zeros(5000)


@telltale(
    "test-half-zero",
    points=0.5,
    en="Every value must be zero, or else lie between 5 and 10 in absolute value; and not all are "
    "zero.",
    zh="每个值要么是零，要么绝对值在 5 和 10 之间；而且不能全是零。",
)
def support(challenge, evidence):
    found = many_draws(evidence)
    kept = np.abs(found[found != 0])
    varied = len(np.unique(found[found != 0])) > 1  # else any constant from 5 to 10 would do
    return bool(varied and len(kept) > 5000 and kept.min() >= 5 and kept.max() <= 10)


@telltale(
    "test-half-zero",
    points=0.5,
    en="The share of zeros is not that of the values below 5 in absolute value, or the zeros are "
    "not spread over the whole array.",
    zh="零所占的比例，与绝对值小于 5 的值应占的比例不符，或者零没有散布在整个数组里。",
)
def zeros(challenge, evidence):
    zero = many_draws(evidence) == 0
    lines = np.concatenate([zero.mean(axis=0), zero.mean(axis=1)])
    return bool(abs(zero.mean() - 0.5) < 0.02 and lines.min() > 0.2 and lines.max() < 0.8)


@telltale(
    "test-half-zero",
    points=0.25,
    en="Positive and negative values must be equally frequent.",
    zh="正值和负值出现的机会应当相等。",
)
def signs(challenge, evidence):
    found = many_draws(evidence)
    found = found[found != 0]
    return bool(len(found) > 5000 and abs((found > 0).mean() - 0.5) < 0.03)


@telltale(
    "test-half-zero",
    points=0.25,
    en="The values that are kept must be spread evenly from 5 to 10 in absolute value, each drawn "
    "by itself.",
    zh="保留下来的值，绝对值应当均匀散布在 5 到 10 之间，而且每个值单独抽取。",
)
def spread(challenge, evidence):
    kept = np.sort(magnitudes_kept(evidence))
    steps = (np.arange(len(kept)) + 0.5) / len(kept)
    even = np.abs((kept - 5) / 5 - steps).max() < 0.03
    return bool(even and len(np.unique(kept)) > 0.9 * len(kept))


@telltale(
    "test-half-zero",
    points=0.25,
    en="It must fill every parameter: a bias, one of another name, and one with four axes.",
    zh="任何参数它都应当能填：偏置、叫别的名字的参数、四个轴的参数。",
)
def every_shape(challenge, evidence):
    found = evidence("shapes")
    if found.shape != (3, 500) or not np.isfinite(found).all():
        return False
    filled = (found != 0).mean(axis=1)
    return bool((filled > 0.2).all() and np.ptp(found, axis=1).all())


def alike(one, other):
    """Whether two draws agree in more values than the common zeros explain, or are no numbers."""
    return bool((one == other).mean() > 0.6) or not np.isfinite([one, other]).all()


@telltale(
    "test-half-zero",
    points=0.25,
    en="The same mx.random.seed must give the same values, another one others.",
    zh="mx.random.seed 的种子相同，值就应当相同；种子不同，值就应当不同。",
)
def follows_the_seed(challenge, evidence):
    one, another, again = evidence("seeded")
    return np.array_equal(one, again) and not alike(one, another)


@telltale(
    "test-half-zero",
    points=0.25,
    en="Without a new seed every draw must be another one.",
    zh="不重新设种子时，每次抽到的值都应当不同。",
)
def other_draws(challenge, evidence):
    first, second, third = evidence("unseeded")
    return not alike(first, second) and not alike(second, third) and not alike(first, third)


# --- test-freeze ----------------------------------------------------------------------------------


def many_requests(challenge, evidence):
    """Return the true and the reported grad_req, one line per parameter of the thirty layers,
    then those of the batch normalisation; and which parameters are to be frozen."""
    chosen = np.isin(range(30), challenge("chosen", 30).argsort()[:15])
    expected = []
    for i in range(30):
        before = "write" if i % 3 else "add"
        expected += ["null" if chosen[i] else before] * 2
    expected += ["add", "add", "null", "null"]
    found = evidence("many_layers")
    matching = np.r_[np.repeat(chosen, 2), [False] * 4]
    return np.array(expected), np.array(found), matching


@telltale(
    "test-freeze",
    points=0.75,
    en="A parameter that the pattern matches still wants a gradient: look at the grad_req of every "
    "one, the biases too. Or all are frozen, whatever the pattern is.",
    zh="与模式匹配的参数中，有的仍要梯度：请逐个查看 grad_req，包括偏置。"
    "或者不论模式是什么，全部参数都被冻结了。",
)
def frozen(challenge, evidence):
    expected, found, matching = many_requests(challenge, evidence)
    if found.shape != expected.shape or (found == "null").all():
        return False
    return bool((found[matching] == "null").all())


@telltale(
    "test-freeze",
    points=0.5,
    en="A parameter that the pattern does not match must keep its grad_req, be it 'write', 'add' "
    "or 'null'.",
    zh="与模式不匹配的参数，grad_req 应当保持原样，不论原来是 'write'、'add' 还是 'null'。",
)
def others_as_before(challenge, evidence):
    expected, found, matching = many_requests(challenge, evidence)
    if found.shape != expected.shape or "null" not in found[matching]:
        return False
    return bool((found[~matching] == expected[~matching]).all())


@telltale(
    "test-freeze",
    points=0.25,
    en="A pattern must match as re.match does: from the start of the name on, and not necessarily "
    "to its end.",
    zh="模式应当像 re.match 那样匹配：从名字的开头起，不必到结尾。",
)
def matched_from_the_start(challenge, evidence):
    names = [f"part{i}" for i in range(30)] + [f"my_part{i}" for i in range(3)]
    requests = ["null" if re.match("part1", name) else "write" for name in names]
    order = challenge("parts", 33).argsort()
    return equal(evidence("from_the_start"), [requests[i] for i in order])


@telltale(
    "test-freeze",
    points=0.25,
    en="It must reach blocks within blocks, in a network that has not been initialised, and a "
    "second call must leave frozen what the first one froze.",
    zh="块里的块也应当冻结得到，没有初始化的网络也一样；第二次调用之后，第一次冻结的应当仍然冻结。",
)
def within_blocks(challenge, evidence):
    names = [f"{part}{i}_" for part in ("head", "body", "tail") for i in range(11)]
    requests = ["null" if re.match("body|head1_", name) else "write" for name in names]
    order = challenge("nested", 33).argsort()
    return equal(evidence("nested"), [requests[i] for i in order])


def train(challenge):
    """Return the values after one step with all layers and after two more without the second one.

    The gradient of the middle layer must still be passed on to the first.
    """
    x, head = challenge("x", (5, 3)), challenge("head", (5, 2))
    shapes = {"a": (4, 3), "b": (4, 4), "c": (2, 4)}
    values = []
    for name, shape in shapes.items():
        values += [challenge(f"{name}.weight", shape), challenge(f"{name}.bias", shape[:1])]
    values = [value.astype(float) for value in values]
    moments = [np.zeros_like(value) for value in values]
    reached = []
    for step in range(3):
        inputs, grad, grads = [x], head, []
        for i in range(3):
            inputs.append(inputs[i] @ values[2 * i].T + values[2 * i + 1])
        for i in reversed(range(3)):
            grads = [grad.T @ inputs[i], grad.sum(axis=0), *grads]
            grad = grad @ values[2 * i]
        for j in range(6):
            if step == 0 or j not in (2, 3):
                moments[j] = 0.9 * moments[j] - 0.1 * (grads[j] / 5 + 0.1 * values[j])
                values[j] = values[j] + moments[j]
        reached.append(np.concatenate([value.ravel() for value in values]))
    return reached[0], reached[2]


@telltale(
    "test-freeze",
    points=0.5,
    en="After freezing, training with momentum and weight decay must leave the frozen layer equal "
    "in every bit, and move all others as it would have; freezing itself changes no value.",
    zh="冻结之后，用动量和权重衰减继续训练，冻结的层应当逐位不变，其余各层照常变化；冻结本身不改变任何值。",
)
def trained(challenge, evidence):
    before, after = train(challenge)
    found = evidence("trained")
    b = slice(16, 36)
    return (
        close(found, np.stack([before, before, after]))
        and np.array_equal(found[0], found[1])
        and np.array_equal(found[1, b], found[2, b])
    )
