/** The release of llama.cpp, as its tag, that every struct layout and every signature of the engine was written for. */
export const expectedRelease = 'v0.5.0';
