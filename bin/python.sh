# Sourced by bin/run, bin/test and bin/manage: goes to the checkout and sets $python to a Python that can run the programme.

cd "$(dirname "$0")/.." || exit 1

python=
for candidate in "$PYTHON" python3 python3.13 python3.12 python3.11 python3.14 python; do
  if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done

if [ -z "$python" ]; then
  echo "Python 3.11 or newer is needed and none was found. Install it (Debian: apt install python3 python3-venv), or name it: PYTHON=/path/to/python3 $0" >&2
  exit 1
fi
