# Widgets are opened without end, whose state a notebook would keep; a right class follows.
# score: 10

# %% MySequential
kernel = get_ipython().kernel
def comm(kind, **content):
    kernel.session.send(kernel.iopub_socket, kind, {'comm_id': 'a', **content}, parent=kernel.get_parent('shell'))
comm('comm_open', target_name='jupyter.widget', data={'state': {'_model_name': 'OutputModel', 'msg_id': 'x'}})
for i in range(20):
    comm('comm_msg', data={'state': {str(i): 'x' * 1_000_000}, 'method': 'update'})
comm('comm_msg')


{RIGHT}
