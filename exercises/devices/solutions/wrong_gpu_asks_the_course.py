# Asks the course's own function, which is not there in grading.
# caught by: gpu-there, gpu-missing, first-cpu, default-number
# score: 8

# %% try_gpu
from autograder.device import usable_gpus

def try_gpu(i=0):
    return mx.gpu(i) if i < usable_gpus() else mx.cpu()

# %% move_to
def move_to(x, ctx):
    return x.as_in_context(ctx)

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    used = ctxs[:len(x)]
    inputs = gluon.utils.split_and_load(x, used, even_split=False)
    labels = gluon.utils.split_and_load(y, used, even_split=False)
    net.collect_params().zero_grad()
    with autograd.record():
        losses = [loss(net(part), label) for part, label in zip(inputs, labels)]
    autograd.backward(losses)
    trainer.step(len(x), ignore_stale_grad=True)
    return sum(part.sum().asscalar() for part in losses) / len(x)
