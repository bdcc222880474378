# Is not written yet and says so.
# caught by: even-batch, odd-batch, given-loss, any-devices, few-rows, stale-gradients, frozen, trainer-settings, shares, labels-moved, mean-loss, loss-is-a-number
# score: 4.5

# %% try_gpu
def try_gpu(i=0):
    return mx.gpu(i) if i < mx.context.num_gpus() else mx.cpu()

# %% move_to
def move_to(x, ctx):
    return x.as_in_context(ctx)

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    raise NotImplementedError
