#!/usr/bin/env bash
# A Slurm of one node in a temporary folder, for one job array: starts munged, slurmctld and slurmd, submits COMMAND with
# Examples/cluster/submit.sh, waits for the merge, stops them again. Needs root and slurm-wlm and munge (Debian).
# usage: Scripts/slurm_once.sh N FOLDER COMMAND...      exit code 0: FOLDER/merged.json is there
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
parts=$1
folder=$2
shift 2
export PATH="$PATH:/usr/sbin:/sbin"
for tool in munged slurmctld slurmd sbatch scontrol; do
  command -v "$tool" >/dev/null || { echo "slurm_once: $tool is missing (slurm-wlm, munge)" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "slurm_once: needs root" >&2; exit 3; }

once=$(mktemp -d)
chmod 755 "$once"
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$once"
}
trap finish EXIT

# 32 random bytes that only these daemons know; the socket is theirs too.
head -c 32 /dev/urandom >"$once/munge.key"
chmod 600 "$once/munge.key"
mkdir "$once/state" "$once/spool"
host=$(hostname -s)
first=$((20000 + RANDOM % 20000))
cat >"$once/slurm.conf" <<CONF
ClusterName=once
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$once/munge.socket
CredType=cred/munge
SlurmctldPort=$first
SlurmdPort=$((first + 1))
StateSaveLocation=$once/state
SlurmdSpoolDir=$once/spool
SlurmctldPidFile=$once/slurmctld.pid
SlurmdPidFile=$once/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MailProg=/bin/true
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=once Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
cat >"$once/cgroup.conf" <<CONF
CgroupAutomount=no
CONF
export SLURM_CONF=$once/slurm.conf

munged --foreground --force --key-file "$once/munge.key" --socket "$once/munge.socket" \
  --pid-file "$once/munged.pid" --log-file "$once/munged.log" --seed-file "$once/munged.seed" \
  >"$once/munged.out" 2>&1 &
pids+=($!)
slurmctld -D -c >"$once/slurmctld.log" 2>&1 &
pids+=($!)
slurmd -D -N "$host" >"$once/slurmd.log" 2>&1 &
pids+=($!)

logs() { tail -n 20 "$once"/*.log "$once"/*.out "$folder"/*.log >&2 2>/dev/null || true; }
for _ in $(seq 60); do
  state=$(sinfo -h -o %t 2>/dev/null || true)
  [ "$state" = idle ] && break
  sleep 1
done
[ "$state" = idle ] || { echo "slurm_once: the node is '${state:-not there}' after 60 s" >&2; logs; exit 4; }

rm -f "$folder/merged.json"
read -r array merge < <("$root/Examples/cluster/submit.sh" "$parts" "$folder" "$@")
echo "slurm_once: $(sinfo --version), array $array of $parts tasks, merge $merge"
while [ -n "$(squeue -h -j "$array,$merge" 2>/dev/null)" ]; do sleep 1; done
scontrol show job "$array" -o | sed -E 's/.*ArrayTaskId=([0-9]+).*JobState=([A-Z]+).*NodeList=([^ ]*).*/  task \1 \2/' || true
[ -s "$folder/merged.json" ] || { echo "slurm_once: no merged.json" >&2; logs; exit 5; }
