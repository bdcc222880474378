# Initialises before loading; merges the file with what is there.

# %% save_arrays
def save_arrays(path, arrays):
    nd.save(path + '.new', arrays)
    os.replace(path + '.new', path)

# %% load_arrays
def load_arrays(path):
    return nd.load(path)

# %% save_model
def save_model(net, path):
    net.save_parameters(path + '.new')
    os.replace(path + '.new', path)

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    net = make_net()
    net.initialize(ctx=ctx)
    net.load_parameters(path)
    return net

# %% same_output
def same_output(a, b):
    return a.shape == b.shape and (a - b).abs().max().asscalar().item() == 0

# %% transfer
def transfer(source_path, net, rename):
    path = source_path + '.merged'
    net.save_parameters(path)
    whole = nd.load(path)
    source = nd.load(source_path)
    arrived = []
    for key in source:
        place = rename[key] if key in rename else key
        whole[place] = source[key]
        arrived.append(place)
    nd.save(path, whole)
    net.load_parameters(path)
    os.remove(path)
    return [key for key in whole if key not in arrived]
