# Updates the parameters itself and forgets momentum and weight decay.
# caught by: trainer-settings
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
    inputs = gluon.utils.split_and_load(x, used, even_split=False)
    labels = gluon.utils.split_and_load(y, used, even_split=False)
    net.collect_params().zero_grad()
    with autograd.record():
        losses = [loss(net(part), label) for part, label in zip(inputs, labels)]
    autograd.backward(losses)
    for parameter in net.collect_params().values():
        if parameter.grad_req != 'null':
            total = sum(gradient.as_in_context(mx.cpu()) for gradient in parameter.list_grad())
            new = parameter.list_data()[0].as_in_context(mx.cpu()) - trainer.learning_rate * total / len(x)
            parameter.set_data(new)
    return sum(part.sum().asscalar() for part in losses) / len(x)
