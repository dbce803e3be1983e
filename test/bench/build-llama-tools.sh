#!/usr/bin/env bash
# Builds llama.cpp's own llama-bench and RPC server, for comparison in `npm run bench -- split`, from the
# source bundle that the node-llama-cpp package carries: the very release that our engine loads. Needs git,
# cmake and a C++ compiler; takes some 20 minutes on two cores. Prints the folder of the two programs.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bundle=$root/node_modules/node-llama-cpp/llama/gitRelease.bundle
cache=${MINDMESH_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mindmesh-bench}
source=$cache/llama.cpp
mkdir -p "$cache"
{
  [[ -d $source ]] || git clone --quiet "$bundle" "$source"
  cmake -S "$source" -B "$source/build" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DGGML_RPC=ON -DGGML_OPENMP=OFF \
    -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF
  cmake --build "$source/build" --target llama-bench --target ggml-rpc-server -j "${JOBS:-2}" ||
    cmake --build "$source/build" --target llama-bench --target rpc-server -j "${JOBS:-2}"
} >&2
echo "$source/build/bin"
