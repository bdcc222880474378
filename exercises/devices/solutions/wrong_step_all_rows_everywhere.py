# Gives the whole batch to every device.
# caught by: even-batch, odd-batch, shares
# score: 5

# %% try_gpu
def try_gpu(i=0):
    return mx.gpu(i) if i < mx.context.num_gpus() else mx.cpu()

# %% move_to
def move_to(x, ctx):
    return x.as_in_context(ctx)

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    used = ctxs[:len(x)]
    inputs = [x.as_in_context(ctx) for ctx in used]
    labels = [y.as_in_context(ctx) for ctx in used]
    net.collect_params().zero_grad()
    with autograd.record():
        losses = [loss(net(part), label) for part, label in zip(inputs, labels)]
    autograd.backward(losses)
    trainer.step(len(x), ignore_stale_grad=True)
    return sum(part.sum().asscalar() for part in losses) / len(x)
