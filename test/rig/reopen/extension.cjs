// A file named when VS Code starts is opened before its extensions are known, so a checkpoint falls to the text editor. Once
// every extension has registered, this one opens such files again.

const vscode = require('vscode');

exports.activate = async () => {
  for (const tab of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
    if (!(tab.input instanceof vscode.TabInputText)) continue;
    const { uri } = tab.input;
    await vscode.window.tabGroups.close(tab);
    await vscode.commands.executeCommand('vscode.open', uri, { preview: false });
  }
};
