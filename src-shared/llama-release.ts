/** The tag of the llama.cpp release for which all struct layouts and signatures of the engine were written. */
export const expectedRelease = 'v0.5.0';
