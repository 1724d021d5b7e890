// Whether a pattern of a role, such as `Microsoft.Compute/*/read`, covers an action.

/** Compiled once each: a role's patterns are asked again and again. */
const patterns = new Map<string, RegExp>();
export function matches(pattern: string, action: string): boolean {
  let compiled = patterns.get(pattern);
  if (!compiled) {
    const source = pattern
      .split("*")
      .map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*");
    // In `userAssignedIdentities/*/assign/action` the star stands for a name that the action no longer carries.
    compiled = new RegExp(`^(?:${source}|${source.replaceAll("/.*/", "/")})$`, "i");
    if (patterns.size > 10_000) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.test(action);
}
