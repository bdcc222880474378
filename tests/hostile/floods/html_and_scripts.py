# Outputs hold scripts for whoever opens the feedback; a right class follows.
# score: 10

# %% MySequential
from IPython.display import HTML, Javascript, display
display(HTML('<script>document.title = "hostile"</script><img src=x onerror=alert(1)>'), Javascript('alert(1)'))


{RIGHT}
