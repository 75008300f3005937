"""Reads files with the programs that made them, for `npm run test:foreign`.

Reads one JSON list of [kind, path] from standard input, writes one JSON line for each: `arrays` (name, shape and file of
float64 values, little-endian, C order; null for what is there and is no array of real numbers), or `error`, or `lacks`,
why it was not compared. python foreign-reference.py FOLDER_FOR_VALUES
"""
import importlib.util, json, pathlib, sys, warnings

warnings.simplefilter("ignore")
out = pathlib.Path(sys.argv[1])
written = 0


class Lacks(Exception):
    pass


def library(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Lacks(f"Python has no {name.split('.')[0]}")


np = library("numpy") if importlib.util.find_spec("numpy") else None


def values(array):
    global written
    array = np.asarray(array)
    if array.dtype.kind not in "biuf":
        return None
    if array.dtype.kind == "b":
        array = array.view("u1") != 0
    written += 1
    file = out / f"{written}.f8"
    file.write_bytes(np.ascontiguousarray(array, "<f8").tobytes())
    return {"shape": list(array.shape), "file": str(file)}


def npy(path):
    return {"": values(np.load(path, allow_pickle=False))}


def npz(path):
    found = {}
    with np.load(path, allow_pickle=False) as archive:
        for name in archive.files:
            try:
                member = archive[name]
                found[name] = values(member) if isinstance(member, np.ndarray) else None
            except ValueError:
                found[name] = None
    return found


def hdf5(path, matlab=False):
    h5py = library("h5py")
    found = {}

    def visit(name, item):
        if not isinstance(item, h5py.Dataset) or name.startswith("#"):
            return
        array = None
        if item.external is None and not item.is_virtual and item.shape is not None and item.dtype.kind in "biuf":
            array = item[()]
            if matlab:
                kind = item.attrs.get("MATLAB_class", b"double").decode()
                if item.attrs.get("MATLAB_empty", 0) == 1:
                    array = np.zeros(array.astype(int))
                elif kind in ("char", "cell", "function_handle") or item.attrs.get("MATLAB_object_decode") is not None:
                    array = None
                else:
                    array = np.transpose(array)
        found[name] = None if array is None else values(array)

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def mat(path):
    with open(path, "rb") as file:
        head = file.read(600)
    if b"\x89HDF\r\n\x1a\n" in head:
        return hdf5(path, matlab=True)
    read = library("scipy.io").loadmat(path, chars_as_strings=False)
    return {
        name: values(value) if isinstance(value, np.ndarray) else None
        for name, value in read.items()
        if not name.startswith("__") and name != "None"
    }


def opened(path):
    image = library("PIL.Image").open(path)
    image.load()
    return image


def raw_mode(path):
    image = library("PIL.Image").open(path)
    args = image.tile[0][3] if image.tile else None
    return str(args[0] if isinstance(args, tuple) and args else args)


def png(path):
    image = opened(path)
    if "16" in raw_mode(path) and not image.mode.startswith("I"):
        raise Lacks("Pillow reads 16-bit colours as 8 bits")
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    array = np.asarray(image.convert("L") if image.mode == "1" else image)
    return {"": values(array.reshape(*array.shape[:2], -1))}


def photo(path):
    image = opened(path)
    if image.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX"):
        raise Lacks(f"Pillow's mode {image.mode} has no R, G, B of 8 bits")
    if "16" in raw_mode(path):
        raise Lacks("Pillow reads 16-bit colours as 8 bits")
    image = library("PIL.ImageOps").exif_transpose(image)
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA")
    if image.mode in ("RGBA", "RGBX"):
        return {"": values(np.asarray(image)[..., :3])}
    if image.mode == "LA":
        image = image.getchannel("L")
    return {"": values(np.asarray(image.convert("RGB")))}


def safetensors(path):
    return {name: values(value) for name, value in library("safetensors.numpy").load_file(path).items()}


def pth(path):
    torch = library("torch")
    read = torch.load(path, map_location="cpu", weights_only=True)
    return {name: values(value.double().numpy()) for name, value in read.items() if hasattr(value, "numpy")}


def envi(path):
    image = library("spectral.io.envi").open(path)
    return {"": values(image.open_memmap(interleave="bip"))}


readers = {"npy": npy, "npz": npz, "hdf5": hdf5, "mat": mat, "png": png, "photo": photo, "envi": envi}
readers |= {"safetensors": safetensors, "pth": pth}
for kind, path in json.load(sys.stdin):
    try:
        if np is None:
            raise Lacks("Python has no numpy")
        answer = {"arrays": readers[kind](path)}
    except Lacks as lack:
        answer = {"lacks": str(lack)}
    except Exception as error:  # whatever a library says of a file
        answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    print(json.dumps(answer), flush=True)
