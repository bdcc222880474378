# Uses a format of NumPy.
# caught by: list-written, dict-written, list-read, dict-read
# score: 7.5

# %% save_arrays
import numpy as np

def save_arrays(path, arrays):
    if not isinstance(arrays, dict):
        arrays = {f'arr_{i}': a for i, a in enumerate(arrays)}
    with open(path, 'wb') as file:
        np.savez(file, **{key: a.asnumpy() for key, a in arrays.items()})

# %% load_arrays
import numpy as np

def load_arrays(path):
    with np.load(path) as found:
        if all(key.startswith('arr_') for key in found):
            return [nd.array(found[f'arr_{i}'], dtype=found[f'arr_{i}'].dtype) for i in range(len(found.files))]
        return {key: nd.array(found[key], dtype=found[key].dtype) for key in found}

# %% save_model
def save_model(net, path):
    net.save_parameters(path)

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    net = make_net()
    net.load_parameters(path, ctx=ctx)
    return net

# %% same_output
def same_output(a, b):
    return a.shape == b.shape and bool((a == b).asnumpy().all())

# %% transfer
def transfer(source_path, net, rename):
    renamed = {rename.get(key, key): array for key, array in nd.load(source_path).items()}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'net.params')
        net.save_parameters(path)
        keys = list(nd.load(path))
        nd.save(path, renamed)
        net.load_parameters(path, allow_missing=True)
    return [key for key in keys if key not in renamed]
