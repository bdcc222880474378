# Writes and reads the format byte by byte.

# %% save_arrays
import numpy as np

FLAG_OF = {'float32': 0, 'float64': 1, 'float16': 2, 'uint8': 3, 'int32': 4, 'int8': 5, 'int64': 6, 'bool': 7}

def save_arrays(path, arrays):
    names = list(arrays) if isinstance(arrays, dict) else []
    values = list(arrays.values()) if names else arrays
    with open(path, 'wb') as file:
        file.write(struct.pack('<QQQ', 0x112, 0, len(values)))
        for array in values:
            a = array.asnumpy()
            file.write(struct.pack('<Iii', 0xF993FAC9, 0, a.ndim) + struct.pack(f'<{a.ndim}q', *a.shape))
            file.write(struct.pack('<iii', 1, 0, FLAG_OF[a.dtype.name]) + a.tobytes())
        file.write(struct.pack('<Q', len(names)))
        for name in names:
            text = name.encode()
            file.write(struct.pack('<Q', len(text)) + text)

# %% load_arrays
import numpy as np

TYPE_OF = ['<f4', '<f8', '<f2', 'u1', '<i4', 'i1', '<i8', '?']

def load_arrays(path):
    with open(path, 'rb') as file:
        def take(layout):
            return struct.unpack('<' + layout, file.read(struct.calcsize('<' + layout)))
        _, _, count = take('QQQ')
        arrays = []
        for _ in range(count):
            _, _, ndim = take('Iii')
            shape = take(f'{ndim}q')
            _, _, flag = take('iii')
            dtype = np.dtype(TYPE_OF[flag])
            a = np.frombuffer(file.read(int(np.prod(shape)) * dtype.itemsize), dtype).reshape(shape)
            arrays.append(nd.array(a, dtype=dtype))
        names = []
        (count,) = take('Q')
        for _ in range(count):
            (length,) = take('Q')
            names.append(file.read(length).decode())
    return dict(zip(names, arrays)) if names else arrays

# %% save_model
def save_model(net, path):
    save_arrays(path, {key: p.data(p.list_ctx()[0]) for key, p in net._collect_params_with_prefix().items()})

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    net = make_net()
    net.load_parameters(path, ctx=ctx)
    return net

# %% same_output
import numpy as np

def same_output(a, b):
    return np.array_equal(a.asnumpy(), b.asnumpy())

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
