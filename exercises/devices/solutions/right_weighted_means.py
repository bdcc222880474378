# Weighs the mean of each part by its number of rows, and lets the trainer divide by one.

# %% try_gpu
def try_gpu(i=0):
    gpus = [mx.gpu(k) for k in range(mx.context.num_gpus())]
    return gpus[i] if i < len(gpus) else mx.cpu()

# %% move_to
def move_to(x, ctx):
    if x.context == ctx:
        return x
    return nd.array(x, ctx=ctx, dtype=x.dtype)

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    ends = [len(x) * (k + 1) // len(ctxs) for k in range(len(ctxs))]
    parts = [(c, a, b) for c, a, b in zip(ctxs, [0] + ends, ends) if a < b]
    means = []
    with autograd.record():
        for ctx, a, b in parts:
            means.append(loss(net(move_to(x[a:b], ctx)), move_to(y[a:b], ctx)).mean() * ((b - a) / len(x)))
    empty = [ctx for ctx in ctxs if ctx not in [part[0] for part in parts]]
    for parameter in net.collect_params().values():
        if parameter.grad_req != 'null':
            for ctx in empty:
                parameter.grad(ctx)[:] = 0
    for mean in means:
        mean.backward()
    trainer.step(1, ignore_stale_grad=True)
    return float(sum(mean.asscalar() for mean in means))
