"""stub"""
def generate(seed: int) -> bytes:
    """stub"""
    return b'name="a"\nkernel="/k"\n'
