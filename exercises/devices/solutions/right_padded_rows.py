# Pads the batch to whole shares with rows of weight zero, so that every device computes.

# %% try_gpu
def try_gpu(i=0):
    if mx.context.num_gpus() <= i:
        return mx.cpu()
    return mx.gpu(i)

# %% move_to
def move_to(x, ctx):
    if x.context != ctx:
        target = nd.empty(x.shape, ctx=ctx, dtype=x.dtype)
        return x.copyto(target)
    return x

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    rows = len(x)
    missing = -rows % len(ctxs)
    weight = nd.concat(nd.ones(rows), nd.zeros(max(missing, 1)), dim=0)[:rows + missing]
    if missing:
        x = nd.concat(x, *[x[:1]] * missing, dim=0)
        y = nd.concat(y, *[y[:1]] * missing, dim=0)
    split = gluon.utils.split_and_load
    losses = []
    with autograd.record():
        for a, b, w in zip(split(x, ctxs), split(y, ctxs), split(weight, ctxs)):
            losses.append((loss(net(a), b) * w).sum())
    for value in losses:
        value.backward()
    trainer.step(rows)
    return sum(value.asscalar() for value in losses) / rows
