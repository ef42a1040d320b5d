"""The stages of the mixer one by one, as tests call them; the product has all of them in one."""

from kernels import choruses, delays, ducks, equalisers, mixing, reverbs
from kernels._jit import kernel


@kernel
def equalise(*arguments):
    equalisers.equalise(*arguments)


@kernel
def duck(*arguments):
    ducks.duck(*arguments)


@kernel
def mix_strips(*arguments):
    mixing.mix_strips(*arguments)


@kernel
def chorus(*arguments):
    choruses.chorus(*arguments)


@kernel
def echo(*arguments):
    delays.echo(*arguments)


@kernel
def reverb(*arguments):
    reverbs.reverb(*arguments)
