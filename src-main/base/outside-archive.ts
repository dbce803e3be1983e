/** The folder beside the packaged app's archive, with what Node.js runs: only Electron can read the archive. */
const besideArchive = 'app.asar.unpacked';

/** The path of a file outside the archive; paths that are in none stay as they are. */
export function outsideArchive(path: string): string {
  return path.replace(
    /(^|[/\\])app\.asar(?=[/\\])/,
    (_all, slash: string) => slash + besideArchive,
  );
}
