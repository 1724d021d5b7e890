// Why a file could not be read or written, in words.

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EEXIST: "the file exists already",
  ENOENT: "there is no such file",
  ENOTDIR: "part of the path is a file, not a directory",
};

/** The system's own message where it has no better words. */
export function diskReason(thrown: unknown): string {
  const { code, message } = thrown as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}
