/**
 * The one dependency rule: each package depends on the reactor and on no sibling; the reactor depends on none; `skitai` may use them all.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: "reactor-knows-no-package",
      comment: "The reactor depends on no @skitai package. What others need from it goes through its plugin seam.",
      severity: "error",
      from: { path: "^packages/reactor/" },
      to: { path: ["^packages/(?!reactor/)", "^@skitai/(?!reactor(/|$))", "^skitai(/|$)"] },
    },
    {
      name: "siblings-know-only-the-reactor",
      comment: "What two siblings share lives in the reactor; what one offers another is reached through the plugin seam.",
      severity: "error",
      from: { path: "^packages/((?!reactor/|skitai/)[^/]+)/" },
      to: { path: ["^packages/(?!reactor/|$1/)", "^@skitai/(?!(reactor|$1)(/|$))", "^skitai(/|$)"] },
    },
    {
      name: "packages-meet-by-name",
      comment: "Another package is imported by its name, never by a path into its files. Tests may share helpers.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/(?!$1/)[^/]+/(?!test/support/)", dependencyTypes: ["local"] },
    },
    {
      name: "processes-stand-above-the-engine",
      comment: "Nothing that runs in a process knows how processes are run: what it needs of that it is given.",
      severity: "error",
      from: { path: "^packages/reactor/src/(?!process/|index[.]ts$)" },
      to: { path: "^packages/reactor/src/process/" },
    },
    {
      name: "the-engine-stands-above-its-parts",
      comment: "What a part needs of the engine it is given as a small object.",
      severity: "error",
      from: { path: "^packages/reactor/src/(?!process/|engine/|index[.]ts$)" },
      to: { path: "^packages/reactor/src/engine/" },
    },
    {
      name: "packages-stand-alone",
      comment: "Published code uses nothing of tools/ or apps/.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { path: "^(tools|apps)/" },
    },
    {
      name: "apps-are-ends",
      comment: "Nothing imports an app.",
      severity: "error",
      from: { path: "^(packages|tools)/" },
      to: { path: "^apps/" },
    },
    {
      name: "source-knows-no-test",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { path: "(^|/)test/|[.]test([.]|-d[.])" },
    },
    {
      name: "no-cycles",
      comment: "Modules that need each other at run time are one module, or lack a third. Types may refer to each other.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-unknown-modules",
      comment: "Every import leads to a file or to an installed package.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "/dist/"] },
    exclude: { path: ["/dist/", "^packages/[^/]+/test/fixtures/"] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["skitai-source", "import", "node", "default", "types"],
    },
  },
};
