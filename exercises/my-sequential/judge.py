"""Judge of the assignment my-sequential: what its hidden tests must report, computed in NumPy."""

import numpy as np

from autograder.judge import close, equal, telltale


def dense(challenge, name, units, in_units):
    """Return the weight (units, in_units) and the bias (units,) of a layer filled by challenges."""
    return challenge(f"{name}.weight", (units, in_units)), challenge(f"{name}.bias", (units,))


def apply(x, *layers):
    """Return what a chain of Dense layers makes of x, of shape (batch, in_units)."""
    for weight, bias in layers:
        x = x @ weight.T + bias
    return x


def square(challenge, *names):
    """Return layers from 3 to 3 units."""
    return [dense(challenge, name, 3, 3) for name in names]


@telltale(
    "test-forward",
    "test-blocks",
    "test-index",
    "test-files",
    required=True,
    en="MySequential must not derive from Gluon's own Sequential: write the chain yourself.",
    zh="MySequential 不能继承 Gluon 自带的 Sequential：请自己写出这条链。",
)
def own_class(challenge, evidence):
    return equal(evidence("own-class"), [])


# --- test-forward ---------------------------------------------------------------------------------


@telltale(
    "test-forward",
    points=1,
    en="Two blocks in a row give a wrong result: does each get the result of the one before it, "
    "and does forward return the last one?",
    zh="两个块串联的结果不对：每个块拿到的是前一个块的结果吗？forward 返回最后的结果了吗？",
)
def chained(challenge, evidence):
    layers = dense(challenge, "a", 4, 3), dense(challenge, "b", 2, 4)
    return close(evidence("chained"), apply(challenge("x", (5, 3)), *layers))


@telltale(
    "test-forward",
    points=0.5,
    en="add(a, b) does not append both blocks in this order, or x with three axes is not passed on "
    "as it is.",
    zh="add(a, b) 没有按顺序追加两个块，或者三个轴的 x 没有原样传下去。",
)
def several_at_once(challenge, evidence):
    layers = dense(challenge, "a", 4, 3), dense(challenge, "b", 2, 4)
    x = challenge("three axes", (2, 5, 3))
    return close(evidence("several_at_once"), apply(x, *layers))


@telltale(
    "test-forward",
    points=1,
    en="Fourteen blocks, an activation and a network among them, do not run in the order in which "
    "they were added.",
    zh="追加了十四个块（其中有一个激活块和一个网络），它们没有按追加的顺序运行。",
)
def many_in_order(challenge, evidence):
    x = 1 / (1 + np.exp(-challenge("wide", (5, 8))))
    names = [*(f"layer{i}" for i in range(12)), "inner0", "inner1"]
    layers = [dense(challenge, name, 8, 8) for name in names]
    return close(evidence("many_in_order"), apply(x, *layers))


@telltale(
    "test-forward",
    points=1,
    en="A block that is added twice must run twice: what happens to its key the second time?",
    zh="同一个块追加两次，就应当运行两次：第二次追加时，它的键怎样了？",
)
def same_block_twice(challenge, evidence):
    layers = square(challenge, "block", "between", "block")
    return close(evidence("same_block_twice"), apply(challenge("x", (5, 3)), *layers))


# --- test-blocks ----------------------------------------------------------------------------------


def three_layers(challenge, middle="b"):
    return [
        dense(challenge, "a", 4, 3),
        dense(challenge, middle, 4, 4),
        dense(challenge, "c", 2, 4),
    ]


@telltale(
    "test-blocks",
    points=0.5,
    en="collect_params must find every block's parameters: are the blocks registered as children?",
    zh="collect_params 应当找到每个块的参数：这些块注册为子块了吗？",
)
def parameters(challenge, evidence):
    expected = np.concatenate([part.ravel() for layer in three_layers(challenge) for part in layer])
    found = evidence("parameters")
    return found.shape == expected.shape and close(np.sort(found), np.sort(expected))


@telltale(
    "test-blocks",
    points=0.5,
    en="net.initialize(...) alone must initialise the blocks: neither add nor a call may do it.",
    zh="只有 net.initialize(...) 才应当初始化各个块：add 和调用网络时都不应初始化。",
)
def initialized(challenge, evidence):
    layers = [(challenge(f"drawn{shape}", shape), 0) for shape in ((3, 3), (2, 3))]
    out = apply(challenge("x", (5, 3)), *layers)
    return close(evidence("initialized"), np.concatenate([out, out], axis=1))


@telltale(
    "test-blocks",
    points=0.5,
    en="The gradient does not reach every block: does forward stay inside NDArray operations?",
    zh="梯度没有到达每个块：forward 里是不是离开了 NDArray 运算？",
)
def gradients(challenge, evidence):
    x, grad = challenge("x", (5, 3)), challenge("head", (5, 2))
    layers = three_layers(challenge)
    expected = []
    for i in reversed(range(3)):
        expected.insert(0, (grad.T @ apply(x, *layers[:i])).ravel())
        grad = grad @ layers[i][0]
    return close(evidence("gradients"), np.concatenate(expected))


@telltale(
    "test-blocks",
    points=0.5,
    en="Hooks of the blocks do not run: call block(x), not block.forward(x).",
    zh="块上的钩子（hook）没有运行：应当调用 block(x)，而不是 block.forward(x)。",
)
def hooks(challenge, evidence):
    x, layers = challenge("x", (5, 3)), three_layers(challenge)
    expected = [apply(x, *layers[: i + 1]).ravel() for i in range(3)]
    return close(evidence("hooks"), np.concatenate(expected))


@telltale(
    "test-blocks",
    points=0.25,
    en="The network must hold the very blocks that were added, not copies of them.",
    zh="网络里放的应当就是追加进来的那些块，而不是它们的副本。",
)
def live_blocks(challenge, evidence):
    layers = three_layers(challenge, middle="changed")
    return close(evidence("live_blocks"), apply(challenge("x", (5, 3)), *layers))


@telltale(
    "test-blocks",
    points=0.25,
    en="Two networks share their blocks: does each instance have a container of its own?",
    zh="两个网络的块混在了一起：每个实例都有自己的容器吗？",
)
def two_networks(challenge, evidence):
    x = challenge("x", (5, 3))
    parts = [apply(x, layer) for layer in square(challenge, "first", "second")]
    return close(evidence("two_networks"), np.concatenate(parts))


@telltale(
    "test-blocks",
    points=0.5,
    en="MySequential(prefix=..., params=...) must pass its keyword arguments on to nn.Block.",
    zh="MySequential(prefix=..., params=...) 应当把关键字参数传给 nn.Block。",
)
def keyword_arguments(challenge, evidence):
    letters = "".join(chr(97 + int(abs(v) * 26)) for v in challenge("prefix", (8,)))
    return equal(evidence("prefix"), [letters, f"{letters}_", f"{letters}_other_"])


# --- test-index -----------------------------------------------------------------------------------


def outputs(challenge, name, length):
    """Return what each of the blocks makes of x, of shape (length, 2)."""
    x = challenge("x", (1, 3))
    return np.concatenate([apply(x, dense(challenge, f"{name}{i}", 2, 3)) for i in range(length)])


def expected_rows(challenge, evidence):
    """Return positions in the order of the questions, the true and the reported rows of net at
    these, and the number of blocks."""
    length = 3 + int(abs(challenge("length", ())) * 5)
    blocks = np.concatenate([outputs(challenge, "layer", length), challenge("inner", (1, 2))])
    length += 1
    nothing = np.full(2, np.nan, np.float32)
    order = challenge("order", 40).argsort() - 20
    rows = [blocks[i] if -length <= i < length else nothing for i in order]
    found = evidence("rows")
    if found.shape != (40, 2):
        found = np.full((40, 2), np.inf)
    return order, np.array(rows), found, length


@telltale(
    "test-index",
    points=0.5,
    en="len(net) must count the blocks, and net[0] to net[len(net) - 1] must be these very blocks, "
    "in order.",
    zh="len(net) 应当是块数，net[0] 到 net[len(net) - 1] 应当依次就是这些块本身。",
)
def items(challenge, evidence):
    order, rows, found, length = expected_rows(challenge, evidence)
    inside = (order >= 0) & (order < length)
    changed = outputs(challenge, "changed", length - 1)
    return (
        equal(evidence("length"), length)
        and close(found[inside], rows[inside])
        and close(evidence("changed"), changed)
    )


@telltale(
    "test-index",
    points=0.5,
    en="Negative positions must count from the end, as in a list.",
    zh="负的位置应当像列表那样从末尾数起。",
)
def negative_items(challenge, evidence):
    order, rows, found, length = expected_rows(challenge, evidence)
    inside = (order < 0) & (order >= -length)
    return close(found[inside], rows[inside])


@telltale(
    "test-index",
    points=0.5,
    en="Positions outside must raise IndexError, on both sides.",
    zh="位置越界时，两端都应当抛出 IndexError。",
)
def outside(challenge, evidence):
    _, rows, found, _ = expected_rows(challenge, evidence)
    return np.array_equal(np.isnan(found), np.isnan(rows))


# --- test-files -----------------------------------------------------------------------------------


def read_back(challenge, evidence, key, name):
    layers = dense(challenge, f"{name}.a", 4, 3), dense(challenge, f"{name}.b", 2, 4)
    return close(evidence(key), apply(challenge("x", (5, 3)), *layers))


@telltale(
    "test-files",
    points=1,
    en="A second MySequential cannot read the first one's file: do the keys depend on block names?",
    zh="另一个 MySequential 读不了第一个存下的文件：键是不是取决于块的名字？",
)
def second_instance(challenge, evidence):
    return read_back(challenge, evidence, "second-instance", "own")


@telltale(
    "test-files",
    points=0.5,
    en="nn.Sequential cannot read your file: its keys are '0', '1', and so on.",
    zh="nn.Sequential 读不了你的文件：它的键依次是 '0'、'1'……",
)
def sequential_reads(challenge, evidence):
    return read_back(challenge, evidence, "sequential-reads", "out")


@telltale(
    "test-files",
    points=0.5,
    en="Your network cannot read a file of nn.Sequential, whose keys are '0', '1', and so on.",
    zh="你的网络读不了 nn.Sequential 的文件，后者的键依次是 '0'、'1'……",
)
def reads_sequential(challenge, evidence):
    return read_back(challenge, evidence, "reads-sequential", "in")
