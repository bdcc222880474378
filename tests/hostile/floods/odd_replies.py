# The kernel's replies have odd statuses and names a megabyte long.
# score: 0

# %% MySequential
import itertools
session = get_ipython().kernel.session
send = session.send
odd = itertools.cycle([{'status': 'error', 'ename': 'x' * 1_000_000}, {'status': 'error', 'ename': {}}, {'status': []}, {'status': 'aborted'}])
def sent(stream, message, content=None, *args, **kwargs):
    return send(stream, message, next(odd) if message == 'execute_reply' else content, *args, **kwargs)
session.send = sent


class MySequential(nn.Block):
    pass
