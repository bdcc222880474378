# Cuts the rows itself, deals them out in turn, and names the count by its own import.

# %% try_gpu
from mxnet.context import num_gpus

def try_gpu(i=0):
    if i in range(num_gpus()):
        return mx.Context('gpu', i)
    return mx.Context('cpu', 0)

# %% move_to
def move_to(x, ctx):
    return x if x.context == ctx else x.copyto(ctx)

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    rows = len(x)
    total = 0
    for start, ctx in enumerate(ctxs):
        index = nd.array(list(range(start, rows, len(ctxs))) or [0])
        part = nd.take(x, index.as_in_context(x.context)).as_in_context(ctx)
        label = nd.take(y, index.as_in_context(y.context)).as_in_context(ctx)
        with autograd.record():
            value = loss(net(part), label).sum() * (start < rows)
        value.backward()
        total = total + value.as_in_context(ctxs[0])
    trainer.step(rows)
    return total.asscalar() / rows
