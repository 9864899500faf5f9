// Finds promises that nobody waits for and whose rejection nobody would hear of, by the compiler's own types.
import { relative, sep } from 'node:path';
import * as ast from 'typescript/unstable/ast';
import { API, type Checker, type Project, SignatureKind, SymbolFlags } from 'typescript/unstable/sync';
import { ROOT } from './source-files.ts';

/** What runs in a page is left out: there a rejection is a line in the page's console, and ends nothing. */
const PROJECTS = ['tsconfig.node.json', 'tsconfig.preload.json'];
const { SyntaxKind: Kind } = ast;
type FunctionNode = ast.ArrowFunction | ast.FunctionExpression | ast.FunctionDeclaration | ast.MethodDeclaration;

/** Each as `file:line: text`. Tests are left out: their runner hears of a rejection. */
export function floatingPromises(): string[] {
  const api = new API({ cwd: ROOT });
  try {
    const snapshot = api.updateSnapshot({ openProjects: PROJECTS.map((project) => `${ROOT}/${project}`) });
    const found = new Set<string>();
    for (const project of snapshot.getProjects()) {
      for (const name of project.program.getSourceFileNames()) {
        const path = relative(ROOT, name).split(sep).join('/');
        if (!/^(\.\.|node_modules|proto\/gen|test)\b|\.test\.tsx?$/.test(path))
          for (const fault of faultsOf(project, name, path)) found.add(fault);
      }
    }
    return [...found].sort();
  } finally {
    api.close();
  }
}

function faultsOf(project: Project, name: string, path: string): string[] {
  const file = project.program.getSourceFile(name);
  if (file === undefined) return [];
  const { checker } = project;
  const ignored: ast.Expression[] = [];
  const callbacks: FunctionNode[] = [];
  walk(file, (node) => {
    if (ast.isVoidExpression(node)) ignored.push(node.expression);
    else if (ast.isExpressionStatement(node) && ast.isCallExpression(node.expression)) ignored.push(node.expression);
    else if ((ast.isArrowFunction(node) || ast.isFunctionExpression(node)) && mayPromise(node)) callbacks.push(node);
  });
  const types = ignored.length === 0 ? [] : checker.getTypeAtLocation(ignored);
  const faults: ast.Node[] = ignored.filter((expression, i) => {
    const type = types[i];
    return type !== undefined && isPromise(checker.typeToString(type)) && !isSettled(checker, project, expression);
  });
  faults.push(
    ...callbacks.filter((callback) => isLost(checker, callback) && !isTotal(callback) && !answersSettled(checker, project, callback)),
  );
  return faults.map((node) => {
    const start = node.getStart(file);
    const line = file.text.slice(0, start).split('\n').length;
    return `${path}:${line}: ${file.text.slice(start, start + 60).replaceAll(/\s+/g, ' ')}`;
  });
}

function walk(node: ast.Node, visit: (node: ast.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

function isPromise(type: string): boolean {
  return /^(?:[a-z]+ \| )*Promise(?:Like)?</.test(type);
}

/** Whether a function may return a promise, as far as its text tells. */
function mayPromise(node: FunctionNode): boolean {
  return isAsync(node) || (node.body !== undefined && !ast.isBlock(node.body) && ast.isCallExpression(node.body));
}

function isAsync(node: FunctionNode): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === Kind.AsyncKeyword) ?? false;
}

/** Whether a callback's promise goes to somebody who expects nothing. */
function isLost(checker: Checker, callback: FunctionNode): boolean {
  const own = checker.getTypeAtLocation(callback);
  const [signature] = own === undefined ? [] : checker.getSignaturesOfType(own, SignatureKind.Call);
  const returned = signature && checker.getReturnTypeOfSignature(signature);
  if (returned === undefined || !isPromise(checker.typeToString(returned))) return false;
  const wanted = checker.getContextualType(callback as ast.Expression);
  if (wanted === undefined) return false;
  const signatures = checker.getSignaturesOfType(checker.getNonNullableType(wanted) ?? wanted, SignatureKind.Call);
  const results = signatures.map((each) => checker.getReturnTypeOfSignature(each));
  return results.length > 0 && results.every((result) => result !== undefined && checker.typeToString(result) === 'void');
}

/** `() => work().catch(…)` */
function answersSettled(checker: Checker, project: Project, { body }: FunctionNode): boolean {
  return body !== undefined && !ast.isBlock(body) && isSettled(checker, project, body as ast.Expression);
}

/** Ends in its own catch, or calls what never rejects. */
function isSettled(checker: Checker, project: Project, expression: ast.Expression): boolean {
  const call = withoutParentheses(expression);
  if (!ast.isCallExpression(call)) return false;
  if (ast.isPropertyAccessExpression(call.expression)) {
    const { text } = call.expression.name;
    if (text === 'catch' || (text === 'then' && call.arguments.length === 2)) return true;
    if (text === 'finally' && isSettled(checker, project, call.expression.expression)) return true;
  }
  const declared = declarationOf(checker, project, call.expression);
  return declared !== undefined && isTotal(declared);
}

function withoutParentheses(expression: ast.Expression): ast.Expression {
  return ast.isParenthesizedExpression(expression) ? withoutParentheses(expression.expression) : expression;
}

function declarationOf(checker: Checker, project: Project, callee: ast.Expression): FunctionNode | undefined {
  const named = ast.isPropertyAccessExpression(callee) ? callee.name : callee;
  const symbol = checker.getSymbolAtLocation(named);
  if (symbol === undefined) return undefined;
  const target = (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  const node = target.valueDeclaration?.resolve(project);
  if (node === undefined) return undefined;
  if (ast.isMethodDeclaration(node) || ast.isFunctionDeclaration(node)) return node;
  const value = ast.isVariableDeclaration(node) ? node.initializer : undefined;
  return value !== undefined && (ast.isArrowFunction(value) || ast.isFunctionExpression(value)) ? value : undefined;
}

/** An async function that calls, awaits and throws only inside a `try` that has a `catch`, and awaits and throws nothing in that `catch`. */
function isTotal(declared: FunctionNode): boolean {
  const { body } = declared;
  return isAsync(declared) && body !== undefined && ast.isBlock(body) && isCalm(body, RISKS);
}

const RISKS: ReadonlySet<ast.SyntaxKind> = new Set([Kind.CallExpression, Kind.NewExpression, Kind.AwaitExpression, Kind.ThrowStatement]);
const RISKS_OF_CATCH: ReadonlySet<ast.SyntaxKind> = new Set([Kind.AwaitExpression, Kind.ThrowStatement]);

function isCalm(node: ast.Node, risks: ReadonlySet<ast.SyntaxKind>): boolean {
  if (ast.isTryStatement(node) && node.catchClause !== undefined)
    return isCalm(node.catchClause, RISKS_OF_CATCH) && (node.finallyBlock === undefined || isCalm(node.finallyBlock, RISKS_OF_CATCH));
  if (risks.has(node.kind)) return false;
  // What a function inside does it does when it is called.
  if (ast.isArrowFunction(node) || ast.isFunctionExpression(node)) return true;
  return node.forEachChild((child) => (isCalm(child, risks) ? undefined : true)) === undefined;
}
