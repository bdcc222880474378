# Leaves everything as it was released.
# caught by: gpu-there, moved, even-batch, mean-loss
# score: 0

# %% try_gpu
def try_gpu(i=0):
    pass

# %% move_to
def move_to(x, ctx):
    pass

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    pass
