# Gives one row to each device but the last, which gets all others.
# caught by: shares
# score: 9.5

# %% try_gpu
def try_gpu(i=0):
    return mx.gpu(i) if i < mx.context.num_gpus() else mx.cpu()

# %% move_to
def move_to(x, ctx):
    return x.as_in_context(ctx)

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    used = ctxs[:len(x)]
    ends = list(range(1, len(used))) + [len(x)]
    net.collect_params().zero_grad()
    with autograd.record():
        losses = [loss(net(x[a:b].as_in_context(ctx)), y[a:b].as_in_context(ctx)) for ctx, a, b in zip(used, [0] + ends, ends)]
    autograd.backward(losses)
    trainer.step(len(x), ignore_stale_grad=True)
    return sum(part.sum().asscalar() for part in losses) / len(x)
