"""Judge of the assignment shared-parameters: what its hidden tests must report, in NumPy."""

import numpy as np

from autograder.judge import close, equal, telltale


def dense(challenge, name, units, in_units):
    """Return the weight (units, in_units) and the bias (units,) of a layer of the tied MLP."""
    weight = challenge(f"{name}.weight", (units, in_units)).astype(float)
    return weight, np.abs(challenge(f"{name}.bias", (units,))).astype(float)


def mlp(challenge, name, units, depth, inputs=3):
    """Return the layers of a filled network, a shared one as often as it stands in the chain."""
    first = dense(challenge, f"{name}.first", units, inputs)
    shared = dense(challenge, f"{name}.shared", units, units)
    weight, bias = dense(challenge, f"{name}.last", 2, units)
    last = np.array([[1], [-1]]) * np.abs(weight), np.array([1, -1]) * bias
    return [first, *[shared] * depth, last]


def activations(x, layers):
    """Return the input of every layer, and the output of the last one; ReLU stands between them."""
    found = [x]
    for i, (weight, bias) in enumerate(layers):
        x = x @ weight.T + bias
        if i < len(layers) - 1:
            x = np.maximum(x, 0)
        found.append(x)
    return found


def apply(x, layers):
    """Return what the network makes of x, of shape (batch, inputs)."""
    return activations(x, layers)[-1]


def backward(x, head, layers):
    """Return the gradients of (output * head).sum() of the first, a shared and the last layer.

    Those of the shared layer are summed over its uses.
    """
    inputs, grads = activations(x, layers), []
    for i in reversed(range(len(layers))):
        grads.insert(0, [head.T @ inputs[i], head.sum(axis=0)])
        head = (head @ layers[i][0]) * (inputs[i] > 0)
    shared = [np.sum([grad[part] for grad in grads[1:-1]], axis=0) for part in (0, 1)]
    return [grads[0], shared, grads[-1]]


def two_of_three(found, expected):
    """Whether two of three networks are right.

    In float32 an input of ReLU that is nearly 0 may fall on the other side of it, and with it the
    gradient: once in some 100000 networks.
    """
    return sum(close(*pair) for pair in zip(found, expected, strict=True)) >= 2


# --- test-tied-mlp --------------------------------------------------------------------------------


@telltale(
    "test-tied-mlp",
    points=0.25,
    en="tied_mlp(units, depth) must return a chain of depth + 2 layers, for depth 1 and for 12.",
    zh="tied_mlp(units, depth) 应当返回由 depth + 2 层组成的链，depth 为 1 和为 12 时都一样。",
)
def length(challenge, evidence):
    depths = [1, 2, 12, *(1 + int(abs(v) * 16) for v in challenge("depths", 8))]
    return equal(evidence("lengths"), [depth + 2 for depth in depths])


@telltale(
    "test-tied-mlp",
    points=0.5,
    en="With given weights and biases the output is wrong: ReLU belongs after every layer but the "
    "last, and the shared layer runs depth times.",
    zh="给定权重和偏置时输出不对：除最后一层外，每层之后都有 ReLU，共享参数的层要运行 depth 次。",
)
def output(challenge, evidence):
    x = challenge("x", (5, 3))
    names = {"one": 1, "four": 4}
    expected = [apply(x, mlp(challenge, name, 32, depth)) for name, depth in names.items()]
    return close(evidence("output"), np.concatenate(expected))


@telltale(
    "test-tied-mlp",
    points=1,
    en="Setting the weight and the bias of one shared layer must change them in all twelve: are "
    "they the same Parameter objects, or copies?",
    zh="设置其中一个共享层的权重和偏置，十二个层都应当随之改变：它们是同一批 Parameter 对象，"
    "还是副本？",
)
def one_for_all(challenge, evidence):
    x, layers = challenge("x", (5, 3)), mlp(challenge, "twelve", 32, 12)
    expected = []
    for place in range(1, 13):
        shared = dense(challenge, f"set{place}", 32, 32)
        expected.append(apply(x, [layers[0], *[shared] * 12, layers[-1]]))
    return close(evidence("one_for_all"), np.concatenate(expected))


@telltale(
    "test-tied-mlp",
    points=0.5,
    en="collect_params must find six parameters whatever the depth: a weight and a bias of the "
    "first layer, of the shared ones together, and of the last.",
    zh="不论 depth 是多少，collect_params 都应当找到六个参数：第一层、各共享层合起来、最后一层，"
    "各有一个权重和一个偏置。",
)
def six_parameters(challenge, evidence):
    first, shared, *_, last = mlp(challenge, "five", 32, 5)
    expected = np.concatenate([part.ravel() for layer in (first, shared, last) for part in layer])
    found = evidence("parameters")
    return found.shape == expected.shape and close(np.sort(found), np.sort(expected))


@telltale(
    "test-tied-mlp",
    points=0.25,
    en="The first and the last layer must keep parameters of their own, even if the shapes would "
    "allow sharing.",
    zh="第一层和最后一层应当各有自己的参数，即使形状允许共享也不共享。",
)
def own_ends(challenge, evidence):
    first, *_, last = mlp(challenge, "ends", 2, 3, inputs=2)
    expected = np.concatenate([part.ravel() for layer in (first, last) for part in layer])
    return close(evidence("own_ends"), expected)


@telltale(
    "test-tied-mlp",
    points=0.75,
    en="The gradient of the shared parameters must be the sum over all uses: compare it with an "
    "untied copy, as in the section The gradient is a sum.",
    zh="共享参数的梯度应当是各处使用之和：请像《梯度是和》一节那样，与不共享的副本比较。",
)
def gradient_sum(challenge, evidence):
    x, head = challenge("x", (5, 3)), challenge("head", (5, 2))
    expected = []
    for name in "abc":
        first, shared, last = backward(x, head, mlp(challenge, f"gradients {name}", 16, 3))
        layers = first, shared, shared, shared, last
        expected.append(np.concatenate([grad.ravel() for layer in layers for grad in layer]))
    return two_of_three(evidence("gradients"), expected)


@telltale(
    "test-tied-mlp",
    points=0.25,
    en="After two steps of a Trainer the output is wrong: do the shared layers stay tied, and does "
    "each backward pass start anew?",
    zh="训练器走了两步之后，输出不对：各共享层的参数仍是同一批吗？每次反向传播都重新算起吗？",
)
def two_steps(challenge, evidence):
    x, head = challenge("x", (5, 3)), challenge("head", (5, 2))
    expected = []
    for name in "abc":
        first, shared, *_, last = mlp(challenge, f"steps {name}", 16, 3)
        layers = [first, shared, last]
        for _ in range(2):
            grads = backward(x, head, [layers[0], *[layers[1]] * 3, layers[2]])
            layers = [
                [value - 0.02 * grad for value, grad in zip(layer, pair, strict=True)]
                for layer, pair in zip(layers, grads, strict=True)
            ]
        expected.append(apply(x, [layers[0], *[layers[1]] * 3, layers[2]]))
    return two_of_three(evidence("after_two_steps"), expected)


@telltale(
    "test-tied-mlp",
    points=0.25,
    en="Two calls of tied_mlp must give two networks that share nothing.",
    zh="调用两次 tied_mlp，得到的两个网络不应当共享任何东西。",
)
def two_networks(challenge, evidence):
    x = challenge("x", (5, 3))
    expected = [apply(x, mlp(challenge, name, 32, 2)) for name in ("first", "second")]
    return close(evidence("two_networks"), np.concatenate(expected))


@telltale(
    "test-tied-mlp",
    points=0.25,
    en="The caller's initialiser must reach the network, inside another one too: tied_mlp does not "
    "initialise it, and its layers name no initialiser.",
    zh="调用者选的初始化器应当对网络起作用，网络放在别的网络里时也一样：tied_mlp 不做初始化，"
    "各层也不指定初始化器。",
)
def callers_initialiser(challenge, evidence):
    shapes = (4, 3), (4, 4), (4, 4), (4, 4), (2, 4), (1, 2)
    layers = [(np.abs(challenge(f"drawn{shape}", shape)), 0) for shape in shapes]
    x = np.abs(challenge("x", (5, 3)))
    return close(evidence("initialised"), apply(x, layers))


# --- test-file ------------------------------------------------------------------------------------


@telltale(
    "test-file",
    points=0.5,
    en="A parameter file with the keys 0.weight, 0.bias, 1.weight and so on does not load, or the "
    "output is wrong afterwards.",
    zh="键为 0.weight、0.bias、1.weight 等的参数文件读不进来，或者读入后输出不对。",
)
def file_with_every_place(challenge, evidence):
    layers = mlp(challenge, "all", 32, 11)
    return close(evidence("every-place"), apply(challenge("x", (7, 3)), layers))


@telltale(
    "test-file",
    points=0.5,
    en="A parameter file that holds the shared arrays only once does not load, or gives a wrong "
    "output: see the section Files know places, not ties.",
    zh="共享的数组只存了一次的参数文件读不进来，或者读入后输出不对：见《文件记的是位置，不是共享关系》一节。",
)
def file_with_one_place(challenge, evidence):
    layers = mlp(challenge, "once", 32, 4)
    return close(evidence("only-once"), apply(challenge("x", (7, 3)), layers))


# --- test-is-shared -------------------------------------------------------------------------------


def answered(challenge, evidence, name, yes, no):
    """Whether the answers are right: True for the first ``yes`` pairs, False for ``no`` more.

    Each pair is asked about seven times, so that no guess at the drawn order succeeds.
    """
    answers = np.tile(np.repeat([1, 0], [yes, no]), 7)
    order = challenge(f"{name}.order", len(answers)).argsort()
    return equal(evidence(name), answers[order].tolist())


def dense_answered(challenge, evidence):
    return answered(challenge, evidence, "dense", 5, 5)


@telltale(
    "test-is-shared",
    points=0.5,
    en="is_shared is wrong about some Dense layers with values: ask whether the parameters are the "
    "same objects; a copy has equal values and even equal names.",
    zh="对于已有值的 Dense 层，is_shared 有答错的：要问参数是不是同一个对象；"
    "副本的值相等，连名字都相同。",
)
def same_objects(challenge, evidence):
    return dense_answered(challenge, evidence)


@telltale(
    "test-is-shared",
    points=0.5,
    en="is_shared is wrong about layers that share only some parameters: all of them must be the "
    "same, on both sides.",
    zh="对于只共享一部分参数的层，is_shared 有答错的：双方的全部参数都必须相同。",
)
def all_of_them(challenge, evidence):
    return answered(challenge, evidence, "partly", 3, 8)


@telltale(
    "test-is-shared",
    points=0.25,
    en="is_shared is wrong about layers that are not initialised: the answer needs no values.",
    zh="对于还没有初始化的层，is_shared 有答错的：回答这个问题用不到值。",
)
def before_initialize(challenge, evidence):
    return answered(challenge, evidence, "before", 3, 3)


@telltale(
    "test-is-shared",
    points=0.25,
    en="is_shared is wrong about layers of other classes than Dense, such as Embedding and "
    "BatchNorm, whose parameters have other names or are more or fewer.",
    zh="对于 Dense 以外的层，is_shared 有答错的，例如 Embedding 和 BatchNorm：它们的参数另有名字，"
    "个数也不同。",
)
def any_class(challenge, evidence):
    return answered(challenge, evidence, "classes", 4, 8)


@telltale(
    "test-is-shared",
    points=0.25,
    en="is_shared must answer by True or False, of type bool.",
    zh="is_shared 应当用 True 或 False 来回答，类型是 bool。",
)
def returns_bool(challenge, evidence):
    return dense_answered(challenge, evidence) and equal(evidence("types"), ["bool"] * 70)


@telltale(
    "test-is-shared",
    points=0.25,
    en="Asking must change nothing: after is_shared some values or gradients are others, or a "
    "layer has been initialised.",
    zh="问一问不应当改变任何东西：调用 is_shared 之后，有的值或梯度变了，或者有的层被初始化了。",
)
def no_side_effect(challenge, evidence):
    answers = np.tile([0, 0, 1, 1, 1], 7)[challenge("traces.order", 35).argsort()]
    weight, bias = challenge("layer.weight", (40, 3)), challenge("layer.bias", (40,))
    slopes = np.tile(challenge("x", (5, 3)).sum(axis=0), 40)
    found = evidence("left_behind")
    if found.shape != (35 + 2 * 320,) or not np.array_equal(found[:35], answers):
        return False
    untouched = True
    for start in (35, 355):
        part = np.split(found[start : start + 320], [120, 240, 280])
        untouched &= np.array_equal(part[0], weight.ravel()) and close(part[1], slopes)
        untouched &= np.array_equal(part[2], bias) and close(part[3], np.full(40, 5.0))
    initialised = challenge("initialised", 30).argsort()[:15]
    states = [int(i in initialised) for i in range(30)]
    return untouched and equal(evidence("left_uninitialised"), states)


# --- test-autoencoder -----------------------------------------------------------------------------


def autoencoder(challenge, name):
    """Return b, W and c of an autoencoder with 8 hidden and 12 visible units."""
    shapes = (8,), (8, 12), (12,)
    return [challenge(f"{name}{i}", shape).astype(float) for i, shape in enumerate(shapes)]


def restored(x, parameters):
    """Return (x W^T + b) W + c."""
    b, weight, c = parameters
    return (x @ weight.T + b) @ weight + c


def slopes_of(x, head, parameters):
    """Return the gradients of (output * head).sum() with respect to b, W and c."""
    b, weight, _ = parameters
    code, back = x @ weight.T + b, head @ weight.T
    return [back.sum(axis=0), code.T @ head + back.T @ x, head.sum(axis=0)]


def inputs(challenge):
    return challenge("x", (7, 12)), challenge("head", (7, 12))


@telltale(
    "test-autoencoder",
    points=0.5,
    en="With given W, b and c the output is not (x W^T + b) W + c.",
    zh="给定 W、b 和 c 时，输出不等于 (x W^T + b) W + c。",
)
def formula(challenge, evidence):
    expected = restored(inputs(challenge)[0], autoencoder(challenge, "formula"))
    return close(evidence("formula"), np.concatenate([expected, expected[:1]]))


@telltale(
    "test-autoencoder",
    points=0.25,
    en="collect_params must find three parameters: W of shape (hidden, visible), b of shape "
    "(hidden,) and c of shape (visible,).",
    zh="collect_params 应当找到三个参数：W 的形状是 (hidden, visible)，b 的形状是 (hidden,)，"
    "c 的形状是 (visible,)。",
)
def three_parameters(challenge, evidence):
    expected = []
    for a, b in challenge("sizes", (6, 2)):
        hidden, visible = 2 + int(abs(a) * 9), 11 + int(abs(b) * 9)
        expected += [str(shape) for shape in ((hidden,), (hidden, visible), (visible,))]
    return equal(evidence("shapes"), expected)


@telltale(
    "test-autoencoder",
    points=0.5,
    en="When W, b and c get other values after a first call, the output must follow, encoder "
    "and decoder alike: is a copy kept somewhere?",
    zh="第一次调用之后，W、b 和 c 换上别的值，编码和解码的输出都应当随之改变：是不是哪里留着副本？",
)
def follows_values(challenge, evidence):
    expected = restored(inputs(challenge)[0], autoencoder(challenge, "changed"))
    return close(evidence("changed"), expected)


@telltale(
    "test-autoencoder",
    points=0.25,
    en="After initialize(force_reinit=True) the output must follow the new arrays: read the "
    "parameters in forward, each time anew, and keep no handle.",
    zh="initialize(force_reinit=True) 之后，输出应当跟着新的数组变：请在 forward 里每次重新读取"
    "参数，不要留着句柄。",
)
def keeps_no_handle(challenge, evidence):
    expected = restored(inputs(challenge)[0], autoencoder(challenge, "anew"))
    return close(evidence("initialised_anew"), expected)


@telltale(
    "test-autoencoder",
    points=0.5,
    en="The gradients of W, b and c are wrong: W is used twice, and both uses count.",
    zh="W、b 和 c 的梯度不对：W 用了两次，两处使用都要算进去。",
)
def gradient_of_both_uses(challenge, evidence):
    grads = slopes_of(*inputs(challenge), autoencoder(challenge, "gradient"))
    return close(evidence("gradients"), np.concatenate([grad.ravel() for grad in grads]))


@telltale(
    "test-autoencoder",
    points=0.25,
    en="After two steps of a Trainer the output is wrong.",
    zh="训练器走了两步之后，输出不对。",
)
def trained(challenge, evidence):
    x, head = inputs(challenge)
    parameters = autoencoder(challenge, "trained")
    for _ in range(2):
        grads = slopes_of(x, head, parameters)
        parameters = [p - 0.05 * grad for p, grad in zip(parameters, grads, strict=True)]
    return close(evidence("after_two_steps"), restored(x, parameters))


@telltale(
    "test-autoencoder",
    points=0.25,
    en="Two autoencoders in one network must have parameters of their own.",
    zh="一个网络里的两个自编码器，应当各有自己的参数。",
)
def two_instances(challenge, evidence):
    x = restored(inputs(challenge)[0], autoencoder(challenge, "inner"))
    return close(evidence("two_instances"), restored(x, autoencoder(challenge, "outer")))


@telltale(
    "test-autoencoder",
    points=0.25,
    en="A parameter file must hold W, b and c: is each of them an attribute of the block, or of a "
    "child?",
    zh="参数文件里应当有 W、b 和 c：它们都是这个块或其子块的属性吗？",
)
def saved(challenge, evidence):
    expected = restored(inputs(challenge)[0], autoencoder(challenge, "saved"))
    return close(evidence("saved"), expected)


@telltale(
    "test-autoencoder",
    points=0.25,
    en="On a second device the gradient is missing or wrong: read each parameter on the device "
    "of x.",
    zh="在第二个设备上，梯度缺失或者不对：每个参数都应当在 x 所在的设备上读取。",
)
def second_device(challenge, evidence):
    grads = slopes_of(*inputs(challenge), autoencoder(challenge, "device"))
    return close(evidence("second_device"), np.concatenate([grad.ravel() for grad in grads]))
