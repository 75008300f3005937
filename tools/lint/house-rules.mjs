// Rules of this repository for oxlint (`.oxlintrc.json`).
import { browserRule } from './browser-rule.mjs';

/** A layer without its cost and its ONNX form would be counted and exported wrongly: `registerLayer` wants both. */
const registerLayerRule = {
  meta: { type: 'problem', schema: [], messages: { registerClass: '{{message}}' } },
  create: (context) => ({
    CallExpression(node) {
      if (node.callee.property?.name !== 'registerClass') return;
      const message =
        "a layer is registered with registerLayer of '@prismamba/core/layer', which wants its cost and ONNX form too";
      context.report({ node, messageId: 'registerClass', data: { message } });
    },
  }),
};

export default {
  meta: { name: 'house' },
  rules: { 'browser-safe': browserRule, 'register-layer': registerLayerRule },
};
