# A daemon in its own session outlives the kernel and would edit what it finds; a right class
# follows.
# score: 10

# %% MySequential
import subprocess
loop = "while :; do touch /tmp/hostile-daemon {OUTSIDE}/hostile-daemon; sleep 86399; done"
subprocess.Popen(['setsid', 'sh', '-c', loop], start_new_session=True)


{RIGHT}
