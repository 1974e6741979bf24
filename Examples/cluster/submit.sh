#!/usr/bin/env bash
# Submits COMMAND as a job array of N tasks and, behind it, the merge; prints the two job numbers.
# usage: submit.sh N FOLDER COMMAND...   (FOLDER: on a file system that all nodes see; SBATCH_* variables as usual)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
parts=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
shift 2
array=$(sbatch --parsable --array="1-$parts" --output="$folder/part-%a.log" \
  "$here/parts.sbatch" "$folder" "$@")
merge=$(sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes \
  --output="$folder/merge.log" "$here/merge.sbatch" "$folder" "$parts" "$1")
echo "$array $merge"
