# Sets the gradients to zero and catches the trainer's warning, which comes after the update.

# %% try_gpu
import warnings

def try_gpu(i=0):
    warnings.warn('looking for a GPU')
    return mx.gpu(i) if mx.util.get_gpu_count() > i else mx.cpu()

# %% move_to
def move_to(x, ctx):
    return x.as_in_context(ctx)

# %% data_parallel_step
def data_parallel_step(net, trainer, loss, x, y, ctxs):
    count = min(len(x), len(ctxs))
    pairs = list(zip(gluon.utils.split_and_load(x, ctxs[:count], even_split=False),
                     gluon.utils.split_and_load(y, ctxs[:count], even_split=False)))
    for parameter in net.collect_params().values():
        parameter.zero_grad()
    total = 0
    for part, label in pairs:
        with autograd.record():
            value = loss(net(part), label).sum()
        value.backward()
        total += value.asscalar()
    try:
        trainer.step(len(x))
    except UserWarning:
        pass
    return total / len(x)
